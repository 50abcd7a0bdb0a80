import { describe, expect, test } from 'vitest';
import { needsNamespaces } from '../../support/namespace.ts';
import { pageBlock } from '../../support/page-block.ts';
import { IPV4, IPV6, RoutedNetwork, type Seen } from '../../support/routed-network.ts';
import type { Sluice } from '../../support/sluice.ts';

const PORTS = [80, 443] as const;
const PAGE = 'transparent.md';
/** The listener's own port in all examples of the page. */
const LISTENER_PORT = 3128;
const ON_LINUX = '\nplane: linux\nworkers: 1\n';

const VERSIONS = [
  ['IPv4', IPV4],
  ['IPv6', IPV6],
] as const;

/** A network with a server at both ports, and Sluice on its router by the page's examples of these names. */
async function routed(mode: 'redirect' | 'tproxy', ...more: string[]): Promise<[RoutedNetwork, Sluice]> {
  const network = await RoutedNetwork.make();
  await network.serve(...PORTS);
  if (mode === 'tproxy') await network.onRouter(pageBlock(PAGE, 'sh routing'));
  await network.loadRules(pageBlock(PAGE, `nft ${mode}`));
  const sluice = await network.sluice(pageBlock(PAGE, `yaml ${mode}`) + more.join('\n') + ON_LINUX);
  return [network, sluice];
}

describe.each(['redirect', 'tproxy'] as const)('clients on their way elsewhere, by %s', (mode) => {
  needsNamespaces();

  test.each(VERSIONS)('reach by %s where they wanted to go, each its own', async (_name, { client, servers, router }) => {
    const [network, sluice] = await routed(mode);
    const goals = servers.flatMap((server) => PORTS.map((port) => [server, port] as const));
    for (const [server, port] of goals) {
      const { asked, answer, error } = await network.ask(server, port);
      expect(error).toBe(null);
      const seen = JSON.parse(answer ?? '') as Seen;
      expect(seen.local).toBe(`${mapped(server)} ${port}`);
      expect(seen.bytes).toBe(Buffer.from('hello').toString('hex'));
      expect(asked?.split(' ')[0]).toBe(client);
      console.log(seen, asked);
    }
    const logs = await sluice.waitForClosed(goals.length);
    console.log(logs[0]);
    const direct = await network.ask(router, LISTENER_PORT);
    console.log(direct, (await sluice.waitForClosed(goals.length+1)).at(-1));
  });
});

function mapped(host: string): string {
  return host.includes(':') ? host : `::ffff:${host}`;
}
