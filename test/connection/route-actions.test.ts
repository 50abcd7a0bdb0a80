import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import type { Plane } from '../../src/core/ports.ts';
import { helloMessage, records, serverName } from '../sniff/client-hellos.ts';
import { needs } from '../support/programs.ts';
import { backendAddress, LISTEN, routeTo } from './plan.ts';
import { openTls, settle, tlsClient, tlsPlan } from './tls.ts';
import { bytesOf, closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const HELLO = records(helloMessage({ extensions: [serverName('a.example.com')] }));

describe('a route that splits', () => {
  const split = (weights: readonly number[], sticky: boolean): WorldPieces => {
    const of = weights.map((weight, pool) => ({ pool, weight }));
    return { poolForEachBackend: true, routes: [routeTo({ kind: 'split', of, sticky })] };
  };
  const rowsOf = (world: World) => world.backends.map(({ local }) => (local as { port: number }).port - 9000);

  test('goes by the weights, and the fact names the pool that was chosen', async () => {
    const world = await World.open(split([80, 20], false));
    for (let index = 0; index < 500; index++) world.connect();
    world.run(10);
    const first = rowsOf(world).filter((row) => row === 0).length;
    expect(first).toBeGreaterThan(360);
    expect(first).toBeLessThan(440);
    world.shard.cut();
    world.run(5);
    for (const { pool, backend } of world.closedFacts()) expect(pool).toBe(backend);
  });

  test('sends nobody to a pool of weight 0', async () => {
    const world = await World.open(split([0, 1], false));
    for (let index = 0; index < 50; index++) world.connect();
    world.run(10);
    expect(new Set(rowsOf(world))).toEqual(new Set([1]));
  });

  test('keeps a client at its pool where it is sticky, and spreads clients', async () => {
    const world = await World.open(split([50, 50], true));
    const rows = [];
    for (let client = 0; client < 40; client++) {
      const from = world.backends.length;
      for (let time = 0; time < 3; time++) world.connect(`10.0.3.${client}`);
      world.run(5);
      rows.push(new Set(rowsOf(world).slice(from)));
    }
    expect(rows.every(({ size }) => size === 1)).toBe(true);
    expect(new Set(rows.flatMap((set) => [...set]))).toEqual(new Set([0, 1]));
  });
});

describe('a route that rejects', () => {
  test('by an answer: these bytes, then FIN, though the client has sent what nobody read', async () => {
    const text = 'HTTP/1.1 503 Service Unavailable\r\n\r\n';
    const bytes = Buffer.from(text).toString('base64');
    const world = await World.open({ routes: [routeTo({ kind: 'reject', how: 'answer', bytes })] });
    const client = world.connect();
    client.write(bytesOf(200_000));
    world.run(20);
    expect([Buffer.from(client.received).toString(), seen(client)]).toEqual([text, 'fin']);
    client.end();
    world.run(5);
    expect([client.resetAt, world.closed().reason, world.backends]).toEqual([null, 'rejected', []]);
  });

  const ALERTING: WorldPieces = {
    routes: [routeTo({ kind: 'reject', how: 'tls_alert' }, { protocol: ['tls', 'ssh'] }), routeTo(0)],
  };
  test.each([
    ['the alert unrecognized_name and FIN, to a client that speaks TLS', HELLO, '15030300020270'],
    ['FIN alone, to any other', Buffer.from('SSH-2.0-client\r\n'), ''],
  ])('by %s', async (_name, sent, answer) => {
    const world = await World.open(ALERTING);
    const client = world.connect();
    client.write(sent);
    world.run(5);
    expect([Buffer.from(client.received).toString('hex'), seen(client)]).toEqual([answer, 'fin']);
    client.end();
    world.run(5);
    expect(world.closed()).toMatchObject({ reason: 'rejected', during: 'routing' });
  });

  test('answers inside TLS that was terminated, and ends it well', async () => {
    needs('openssl');
    const bytes = Buffer.from('bye').toString('base64');
    const world = await openTls({
      tls: tlsPlan(),
      routes: [routeTo({ kind: 'reject', how: 'answer', bytes })],
    });
    const client = tlsClient(world);
    await settle(world);
    expect([Buffer.from(client.received).toString(), client.sawFin, client.error]).toEqual([
      'bye',
      true,
      null,
    ]);
  });
});

/** A plane whose listeners say that every client was on its way to `wanted`. */
function redirectedTo(plane: Plane, wanted: Address): Plane {
  return {
    ...plane,
    name: plane.name,
    timers: plane.timers,
    resetsAfterDelivery: plane.resetsAfterDelivery,
    get open() {
      return plane.open;
    },
    dial: (...args) => plane.dial(...args),
    close: () => plane.close(),
    listen: (address, options, handler, sharing) =>
      plane.listen(
        address,
        options,
        {
          ...handler,
          accept: (endpoint) => {
            Object.defineProperty(endpoint, 'originalDestination', { value: wanted });
            handler.accept(endpoint);
          },
        },
        sharing,
      ),
  };
}

describe('a pool of where the client wanted to go', () => {
  const original = (wanted: Address): WorldPieces => ({
    backends: 1,
    original: true,
    transparent: 'redirect',
    parts: ({ plane }) => ({ plane: redirectedTo(plane, wanted) }),
  });

  test('dials that address', async () => {
    const elsewhere = { kind: 'tcp', host: '10.0.9.9', port: 5432 } as const;
    const world = await World.open(original(elsewhere));
    let reached = 0;
    world.network.serve(elsewhere, () => {
      reached += 1;
    });
    world.connect();
    world.run(5);
    expect([reached, world.state(), world.backends.length]).toEqual([1, 'streaming', 0]);
  });

  test.each([
    ['it is the listener itself', 'redirect', LISTEN],
    ['it is the address of a tproxy listener', 'tproxy', LISTEN],
    ['nobody was redirected here', 'off', backendAddress(0)],
  ] as const)('has no route where %s', async (_name, transparent, wanted) => {
    const world = await World.open({ ...original(wanted), transparent });
    const client = world.connect();
    world.run(5);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({
      reason: 'no-route',
      during: 'routing',
      refusal: expect.stringContaining('original destination'),
      attempts: [],
    });
  });
});

describe('sniffing before a route', () => {
  test('ends as soon as the routes agree, whatever may still come', async () => {
    const world = await World.open({
      poolForEachBackend: true,
      routes: [routeTo(1, { sni: ['a.example.com'] }), routeTo(0)],
    });
    world.connect().write(Buffer.from('S'));
    world.run(5);
    expect([world.state(), world.backend().local]).toEqual(['streaming', backendAddress(0)]);
    world.kill();
    world.run(5);
    expect(world.closed()).toMatchObject({ protocol: null, sni: null });
  });

  test('takes no time for a silent client where only its address is asked', async () => {
    const world = await World.open({
      poolForEachBackend: true,
      routes: [routeTo(1, { port: [{ from: 80, to: 80 }] }), routeTo(0, { sni: ['a.example.com'] })],
    });
    world.connect();
    world.run(1);
    expect([world.state(), world.backend().local]).toEqual(['streaming', backendAddress(1)]);
  });
});
