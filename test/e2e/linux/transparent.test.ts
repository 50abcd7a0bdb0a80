import { describe, expect, test } from 'vitest';
import { needsNamespaces, needsRules } from '../../support/namespace.ts';
import { pageBlock } from '../../support/page-block.ts';
import { program } from '../../support/programs.ts';
import { type Addresses, IPV4, IPV6, RoutedNetwork, type Seen } from '../../support/routed-network.ts';
import type { Sluice } from '../../support/sluice.ts';

/** Every configuration, rule and command of these tests is the page's own. */
const page = (fence: string): string => pageBlock('transparent.md', fence);
/** What the page's rules send to Sluice, and the port on which they have it listen. */
const PORTS = [80, 443] as const;
const LISTENER_PORT = 3128;

const MODES = ['redirect', 'tproxy'] as const;
const VERSIONS = [
  ['IPv4', IPV4],
  ['IPv6', IPV6],
] as const;
/** Without the capabilities of the network, as any user but root. */
const POWERLESS = ['--bounding-set', '-net_admin,-net_raw', '--inh-caps', '-net_admin,-net_raw'];
const ONE_RIGHT = ['--bounding-set', '-all,+net_admin', '--inh-caps', '-all'];

describe.each(MODES)('transparent: %s', (mode) => {
  needsNamespaces();
  needsRules(page(`nft ${mode}`));

  test.each(VERSIONS)(
    'over %s each client reaches where it wanted to go, and the log says where',
    async (_, net) => {
      const { network, sluice } = await routed(mode);
      const goals = net.servers.flatMap((server) => PORTS.map((port) => [server, port] as const));
      for (const [server, port] of goals) {
        const { seen } = await asked(network, server, port);
        expect(seen.local).toBe(end(server, port));
        expect(Buffer.from(seen.bytes, 'hex').toString()).toBe('hello');
        expect(hostOf(seen.remote)).not.toBe(mapped(net.client));
      }
      const logs = await sluice.waitForClosed(goals.length);
      expect(logs.map((log) => [log['local'], log['backend_address'], log.reason])).toEqual(
        goals.map(([server, port]) => [logged(server, port), logged(server, port), 'client-fin']),
      );
    },
  );

  test.each(VERSIONS)(
    'over %s a client of the listener itself is refused, and goes round no loop',
    async (_, net) => {
      const { network, sluice } = await routed(mode);
      expect(await network.ask(net.router, LISTENER_PORT)).toMatchObject({ error: 'ECONNRESET' });
      await sluice.waitForClosed(1);
      const logs = (await sluice.stop()).logs.filter(({ event }) => event === 'connection.closed');
      expect(logs).toHaveLength(1);
      expect(logs[0]).toMatchObject({
        reason: 'no-route',
        refusal: 'no original destination but this listener itself',
      });
    },
  );
});

describe('transparent: tproxy at addresses that no client can name', () => {
  needsNamespaces();
  needsRules(page('nft loopback'));

  test.each(VERSIONS)("over %s takes every port, the listener's own too", async (_, net) => {
    const network = await RoutedNetwork.make();
    await network.serve(LISTENER_PORT, 22);
    await network.onRouter(page('sh routing'));
    await network.loadRules(page('nft loopback'));
    await network.sluice(page('yaml loopback') + ON_LINUX);
    for (const port of [LISTENER_PORT, 22]) {
      const { seen } = await asked(network, net.servers[0], port);
      expect(seen.local).toBe(end(net.servers[0], port));
    }
    expect(await network.ask(net.router, LISTENER_PORT)).toMatchObject({ error: 'ECONNREFUSED' });
  });
});

describe.each(MODES)('source: client behind transparent: %s', (mode) => {
  needsNamespaces();
  needsRules(page(`nft ${mode}`), page('nft source'));

  test.each(VERSIONS)(
    'over %s the server sees the address of the client, and its answers come back',
    async (_, net) => {
      const { network } = await routed(mode, page('yaml source'));
      await network.loadRules(page('nft source'));
      const { seen, from } = await asked(network, net.servers[0], PORTS[0]);
      expect(hostOf(seen.remote)).toBe(mapped(net.client));
      expect(hostOf(from)).toBe(net.client);
    },
  );
});

describe('source: client of a pool', () => {
  needsNamespaces();
  needsRules(page('nft source'));

  test('without any rule for clients: they connect to Sluice, and the backend sees them', async () => {
    const network = await serving();
    await network.onRouter(page('sh routing'));
    await network.loadRules(page('nft source'));
    const backend = `${IPV4.servers[1]}:${PORTS[1]}`;
    const sluice = await network.sluice(`
listeners: [{ name: edge, listen: "${IPV4.router}:0", to: app }]
pools: { app: { backends: ["${backend}"], health: { fall: 1 }, connect: { source: client } } }
${ON_LINUX}`);
    const { seen } = await asked(network, IPV4.router, sluice.address('edge').port);
    expect([hostOf(seen.remote), seen.local]).toEqual([mapped(IPV4.client), end(IPV4.servers[1], PORTS[1])]);
    expect(sluice.logs.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});

describe('PROXY headers of redirected clients', () => {
  needsNamespaces();
  needsRules(page('nft redirect'), page('nft tproxy'));

  test.each(MODES.flatMap((mode) => VERSIONS.map(([version, net]) => [mode, version, net] as const)))(
    'by %s over %s say who the client is and where it wanted to go',
    async (mode, _version, net) => {
      const { network } = await routed(mode, page('yaml proxy'));
      const { seen, from } = await asked(network, net.servers[1], PORTS[1]);
      const [, port] = from.split(' ');
      const header = headerV2(net, Number(port), PORTS[1]);
      expect(seen.bytes).toBe(Buffer.concat([header, Buffer.from('hello')]).toString('hex'));
    },
  );
});

describe('with CAP_NET_ADMIN and no other right', () => {
  needsNamespaces();
  needsRules(page('nft tproxy'), page('nft source'));

  test('clients are accepted for any address, and servers see theirs', async () => {
    const { network } = await routed('tproxy', page('yaml source'), [program('setpriv'), ...ONE_RIGHT]);
    await network.loadRules(page('nft source'));
    const { seen } = await asked(network, IPV4.servers[0], PORTS[0]);
    expect(hostOf(seen.remote)).toBe(mapped(IPV4.client));
  });
});

describe('without CAP_NET_ADMIN and CAP_NET_RAW', () => {
  needsNamespaces();
  needsRules(page('nft redirect'));

  test('transparent: tproxy cannot be bound, and the error says which right it needs', async () => {
    const network = await RoutedNetwork.make();
    const before = [program('setpriv'), ...POWERLESS];
    await expect(network.sluice(page('yaml tproxy') + ON_LINUX, before)).rejects.toThrow(
      'EPERM: "transparent: tproxy" needs CAP_NET_ADMIN',
    );
  });

  test('redirected clients are served, and none from its own address', async () => {
    const { network, sluice } = await routed('redirect', page('yaml source'), [
      program('setpriv'),
      ...POWERLESS,
    ]);
    expect(await network.ask(IPV4.servers[0], PORTS[0])).toMatchObject({ error: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'connect-failed', local: logged(IPV4.servers[0], PORTS[0]) });
    expect(JSON.stringify(log?.['failed_attempts'])).toContain('EPERM');
  });
});

const ON_LINUX = '\nplane: linux\nworkers: 1\n';

async function serving(): Promise<RoutedNetwork> {
  const network = await RoutedNetwork.make();
  await network.serve(...PORTS);
  return network;
}

/** Sluice on the router between client and servers. */
async function routed(
  mode: (typeof MODES)[number],
  more = '',
  before: readonly string[] = [],
): Promise<{ network: RoutedNetwork; sluice: Sluice }> {
  const network = await serving();
  await network.onRouter(page('sh routing'));
  await network.loadRules(page(`nft ${mode}`));
  const sluice = await network.sluice(page(`yaml ${mode}`) + more + ON_LINUX, before);
  return { network, sluice };
}

/** What a server saw of a client that was answered, and the client's own address and port. */
async function asked(
  network: RoutedNetwork,
  host: string,
  port: number,
): Promise<{ readonly seen: Seen; readonly from: string }> {
  const { asked: from, answer, error } = await network.ask(host, port);
  expect(error).toBe(null);
  return { seen: JSON.parse(answer ?? '') as Seen, from: from ?? '' };
}

function headerV2({ client, servers }: Addresses, clientPort: number, serverPort: number): Buffer {
  const isIpv4 = !client.includes(':');
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(clientPort, 0);
  ports.writeUInt16BE(serverPort, 2);
  const body = Buffer.concat([...[client, servers[1]].map(packed), ports]);
  const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
  return Buffer.concat([signature, Buffer.of(0x21, isIpv4 ? 0x11 : 0x21, 0, body.length), body]);
}

/** The bytes of an address of this network: the IPv6 ones are `fd77:N::M`. */
function packed(host: string): Buffer {
  if (!host.includes(':')) return Buffer.from(host.split('.').map(Number));
  const bytes = Buffer.alloc(16);
  const [first, second, , last] = host.split(':').map((word) => Number.parseInt(word, 16));
  bytes.writeUInt16BE(first ?? 0, 0);
  bytes.writeUInt16BE(second ?? 0, 2);
  bytes.writeUInt16BE(last ?? 0, 14);
  return bytes;
}

/** As a dual-stack socket of Node shows an address. */
function mapped(host: string): string {
  return host.includes(':') ? host : `::ffff:${host}`;
}

function end(host: string, port: number): string {
  return `${mapped(host)} ${port}`;
}

function hostOf(shown: string): string {
  return shown.split(' ')[0] ?? '';
}

function logged(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
