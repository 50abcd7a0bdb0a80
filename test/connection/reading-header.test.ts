import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import { NO_PROXY_TLVS, type ProxyTlvs } from '../../src/core/proxy-header.ts';
import { writeProxyHeaderV1, writeProxyHeaderV2 } from '../../src/proxy-protocol/index.ts';
import { HEADER_TIMEOUT_MS, routeTo } from './plan.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

const SOURCE: Address = { kind: 'tcp', host: '192.0.2.7', port: 4000 };
const DESTINATION: Address = { kind: 'tcp', host: '198.51.100.9', port: 443 };
const V1 = writeProxyHeaderV1(SOURCE, DESTINATION);
const V2 = headerV2(NO_PROXY_TLVS);
const NAMED = { client: '192.0.2.7:4000', local: '198.51.100.9:443' };
const cidr = (text: string) => parseCidr(text) as Cidr;

function headerV2(tlvs: Partial<ProxyTlvs>, command: 'proxy' | 'local' = 'proxy'): Uint8Array {
  const all = { ...NO_PROXY_TLVS, ...tlvs };
  return writeProxyHeaderV2({
    command,
    transport: 'tcp',
    source: SOURCE,
    destination: DESTINATION,
    tlvs: all,
    crc32c: true,
  }).bytes;
}

/** The facts with which connections began: whose, and where to. */
function opened(world: World): { client: string; local: string; traceId: string }[] {
  return world.facts.filter((fact) => fact.kind === 'opened');
}

describe('reading a PROXY header: one that is taken', () => {
  test.each([
    ['version 1', V1],
    ['version 2', V2],
  ])('of %s names the client, and the bytes behind it reach the backend unchanged', async (_name, header) => {
    const world = await World.open({ proxyIn: { required: true } });
    const client = world.connect();
    client.write(Buffer.concat([header, bytesOf(20_000)]));
    world.run(5);
    expect(Buffer.from(world.backend().received).equals(bytesOf(20_000))).toBe(true);
    expect(opened(world)).toEqual([expect.objectContaining({ client: NAMED.client, local: NAMED.local })]);
    world.kill();
    world.run(5);
    expect(world.closed()).toMatchObject({ client: NAMED.client, local: NAMED.local, bytesUp: 20_000 });
    expect(world.closed().peer).toMatch(/^10\.0\.2\.1:/);
  });

  test.each([
    ['version 1', V1],
    ['version 2', V2],
  ])('of %s is the same wherever it is cut in two', async (_name, header) => {
    for (let at = 1; at <= header.length; at++) {
      const world = await World.open({ proxyIn: { required: true } });
      const client = world.connect();
      client.write(header.subarray(0, at));
      world.run(5);
      client.write(header.subarray(at));
      client.write(Buffer.from('hello'));
      world.run(5);
      expect(Buffer.from(world.backend().received).toString(), `cut at ${at}`).toBe('hello');
      expect(opened(world), `cut at ${at}`).toMatchObject([{ client: NAMED.client }]);
      await closeWorlds();
    }
  });

  test.each([
    ['UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n')],
    ['LOCAL', headerV2({}, 'local')],
  ])('%s leaves the addresses those of the socket', async (_name, header) => {
    const world = await World.open({ proxyIn: { required: true } });
    const client = world.connect();
    client.write(Buffer.concat([header, Buffer.from('hello')]));
    world.run(5);
    expect(opened(world)).toMatchObject([
      { client: expect.stringMatching(/^10\.0\.2\.1:/), local: '10.0.0.1:80' },
    ]);
    expect(Buffer.from(world.backend().received).toString()).toBe('hello');
  });

  test.each([64, 4096, 16_384])(
    'is not looked at by the sniffers, with sniff.bytes of %i',
    async (bytesMax) => {
      const header = headerV2({ uniqueId: bytesOf(128), authority: 'x'.repeat(255) });
      const world = await World.open({
        proxyIn: {},
        poolForEachBackend: true,
        sniff: { bytesMax },
        routes: [routeTo(1, { protocol: ['ssh'] }), routeTo('reset')],
      });
      const client = world.connect();
      client.write(Buffer.concat([header, Buffer.from('SSH-2.0-client\r\n')]));
      world.run(5);
      expect(world.backend().local).toMatchObject({ port: 9001 });
      expect(Buffer.from(world.backend().received).toString()).toBe('SSH-2.0-client\r\n');
    },
  );

  test('is the one that access list, limit and route ask', async () => {
    const world = await World.open({
      proxyIn: {},
      poolForEachBackend: true,
      access: { deny: [cidr('192.0.2.66/32')] },
      limits: { connectionsPerIp: 1 },
      routes: [routeTo(1, { source: [cidr('192.0.2.0/24')] }), routeTo('reset')],
    });
    const from = (host: string) => {
      const peer = world.connect();
      peer.write(writeProxyHeaderV1({ ...SOURCE, host }, DESTINATION));
      world.run(5);
      return peer;
    };
    const [first, second, again, denied] = ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.66'].map(from);
    expect([first, second, again, denied].map((peer) => seen(peer as typeof first & object))).toEqual([
      'open',
      'open',
      'reset',
      'reset',
    ]);
    expect(world.backend().local).toMatchObject({ port: 9001 });
    expect([world.closed(2).reason, world.closed(3).reason]).toEqual(['limit', 'denied']);
    expect(world.closed(3)).toMatchObject({ client: '192.0.2.66:4000', during: 'accepting' });
  });

  test('lets its sender in whom the access list would refuse', async () => {
    const world = await World.open({ proxyIn: {}, access: { allow: [cidr('192.0.2.0/24')] } });
    const client = world.connect();
    client.write(V1);
    world.run(5);
    expect([seen(client), world.state()]).toEqual(['open', 'streaming']);
  });

  test('waits for a place as any other client, and is sniffed when it has one', async () => {
    const world = await World.open({
      proxyIn: {},
      limits: { connectionsPerIp: 1, onLimit: 'wait' },
      routes: [routeTo('reset', { protocol: ['ssh'] }), routeTo(0)],
    });
    const [first, second] = [world.connect(), world.connect('10.0.2.2')];
    for (const peer of [first, second])
      peer.write(Buffer.concat([V1, Buffer.from('GET / HTTP/1.1\r\n\r\n')]));
    world.run(5);
    expect([world.state(0), world.state(1)]).toEqual(['streaming', 'accepting']);
    first.reset();
    world.run(5);
    expect(world.state(1)).toBe('streaming');
    expect(Buffer.from(world.backend(1).received).toString()).toBe('GET / HTTP/1.1\r\n\r\n');
  });

  test('hands on the trace that its sender has begun, and whether it is recorded', async () => {
    const traceparent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 };
    const world = await World.open({ proxyIn: {}, sample: 0 });
    for (const flags of [1, 0]) world.connect().write(headerV2({ traceparent: { ...traceparent, flags } }));
    world.run(5);
    world.kill(0);
    world.kill(1);
    world.run(5);
    expect(opened(world)).toMatchObject([{ traceId: traceparent.traceId }, { traceId: traceparent.traceId }]);
    const { traceId, spanId: parentSpanId } = traceparent;
    expect(world.closed(0)).toMatchObject({ traceId, parentSpanId, spanId: null, sampled: true });
    expect(world.closed(1)).toMatchObject({ traceId, parentSpanId, sampled: false });
  });
});

describe('reading a PROXY header: none', () => {
  test('a client without one is taken as it is, all its bytes in place', async () => {
    const world = await World.open({
      proxyIn: {},
      routes: [routeTo(0, { protocol: ['http1'] }), routeTo('reset')],
    });
    const client = world.connect();
    client.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    world.run(5);
    expect(Buffer.from(world.backend().received).toString()).toBe('GET / HTTP/1.1\r\n\r\n');
    world.kill();
    world.run(5);
    expect(world.closed()).toMatchObject({ peer: null, client: expect.stringMatching(/^10\.0\.2\.1:/) });
  });

  test('with FIN right behind its bytes, it is still routed by them', async () => {
    const world = await World.open({
      proxyIn: {},
      routes: [routeTo(0, { protocol: ['http1'] }), routeTo('reset')],
    });
    const client = world.connect();
    client.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    client.end();
    world.run(5);
    expect([world.state(), seen(world.backend())]).toEqual(['half-closed-client', 'fin']);
  });

  test('the beginning of one and FIN are bytes like any others where none is required', async () => {
    const world = await World.open({ proxyIn: {} });
    const client = world.connect();
    client.write(Buffer.from('PROXY TC'));
    client.end();
    world.run(5);
    expect(Buffer.from(world.backend().received).toString()).toBe('PROXY TC');
    expect(world.state()).toBe('half-closed-client');
  });

  test('a listener that takes none leaves one to the backend', async () => {
    const world = await World.open();
    world.connect().write(V1);
    world.run(5);
    expect(Buffer.from(world.backend().received).equals(V1)).toBe(true);
  });
});

describe('reading a PROXY header: refused', () => {
  const REQUIRED = { proxyIn: { required: true } };
  test.each([
    ['malformed', {}, Buffer.from('PROXY TCP4 1.2.3.4\r\n'), 'malformed'],
    ['missing where one is required', REQUIRED, Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'no PROXY header'],
    ['of a sender that is not trusted', { proxyIn: { trusted: [cidr('10.9.0.0/16')] } }, V2, 'trusted'],
  ])('one that is %s', async (_name, pieces, bytes, why) => {
    const world = await World.open({ proxyIn: {}, ...pieces });
    const client = world.connect();
    client.write(bytes);
    world.run(5);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({
      reason: 'proxy-header',
      during: 'accepting',
      client: expect.stringMatching(/^10\.0\.2\.1:/),
      refusal: expect.stringContaining(why),
      attempts: [],
    });
    expect(opened(world)).toHaveLength(1);
  });

  test('FIN in the middle of one that is required', async () => {
    const world = await World.open(REQUIRED);
    const client = world.connect();
    client.write(V2.subarray(0, 20));
    client.end();
    world.run(5);
    expect(world.closed()).toMatchObject({ reason: 'proxy-header', during: 'accepting' });
  });

  test.each(['', 'PROXY TCP4 192'])('after "%s" and silence, when its time is over', async (sent) => {
    const world = await World.open({ proxyIn: {} });
    const client = world.connect();
    client.write(Buffer.from(sent));
    world.run(HEADER_TIMEOUT_MS - 10);
    expect([seen(client), opened(world)]).toEqual(['open', []]);
    world.run(30);
    expect(seen(client)).toBe('reset');
    expect(opened(world)).toMatchObject([{ client: expect.stringMatching(/^10\.0\.2\.1:/) }]);
    expect(world.closed()).toMatchObject({ reason: 'proxy-header-timeout', during: 'accepting' });
  });

  test('the deadline does not outlive it', async () => {
    const world = await World.open({ proxyIn: {}, timeouts: { idleMs: 0 } });
    world.connect().write(V2);
    world.run(10);
    const told = vi.spyOn(world.live(0), 'send');
    world.run(400);
    expect([world.state(), told.mock.calls, world.network.timers]).toEqual(['streaming', [], 0]);
  });
});

describe('reading a PROXY header: ends in the middle of one', () => {
  test.each([
    ['a RST', 'client-reset', (_world: World, client: ReturnType<World['connect']>) => client.reset()],
    ['a kill', 'killed', (world: World) => world.shard.registry.killAll()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
  ] as const)('by %s: told once from beginning to end', async (_name, reason, end) => {
    const world = await World.open({ proxyIn: {} });
    const client = world.connect();
    client.write(V2.subarray(0, 20));
    world.run(5);
    expect([world.shard.connections, world.shard.reserved, opened(world)]).toEqual([1, 0, []]);
    end(world, client);
    world.run(5);
    expect(opened(world)).toMatchObject([{ client: expect.stringMatching(/^10\.0\.2\.1:/) }]);
    expect(world.facts.map(({ kind }) => kind).filter((kind) => kind !== 'entered')).toEqual([
      'opened',
      'closed',
    ]);
    expect(world.closed()).toMatchObject({ reason, during: 'accepting', peer: null });
  });
});
