import { afterEach, describe, expect, test } from 'vitest';
import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import { alpn, helloMessage, records, serverName } from '../sniff/client-hellos.ts';
import { routeTo } from './plan.ts';
import { bytesOf, closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const hello = (name: string, ...protocols: string[]): Uint8Array =>
  records(helloMessage({ extensions: [serverName(name), alpn(...protocols)] }));

const ROUTED: WorldPieces = {
  backends: 4,
  poolForEachBackend: true,
  routes: [
    routeTo(0, { sni: ['a.example.com'], alpn: ['h2'] }, 'both'),
    routeTo(1, { sni: ['*.example.com'] }, 'wildcard'),
    routeTo(2, { source: [parseCidr('10.0.3.0/24') as Cidr] }, 'internal'),
    routeTo(3, { protocol: ['http1', 'unknown'] }, 'plain'),
  ],
};

describe('routing: the first route that matches', () => {
  test.each([
    ['name and ALPN', hello('a.example.com', 'h2'), '10.0.2.1', 0, 'both'],
    ['the name without the ALPN', hello('a.example.com', 'http/1.1'), '10.0.2.1', 1, 'wildcard'],
    ['a wildcard', hello('z.example.com', 'h2'), '10.0.2.1', 1, 'wildcard'],
    ['the source address', hello('elsewhere.net', 'h2'), '10.0.3.7', 2, 'internal'],
    ['the protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), '10.0.2.1', 3, 'plain'],
  ])('by %s', async (_name, bytes, host, row, route) => {
    const world = await World.open(ROUTED);
    const client = world.connect(host);
    client.write(bytes);
    world.run(5);
    expect(world.backend().local).toMatchObject({ port: 9000 + row });
    world.kill();
    world.run(5);
    expect(world.closed()).toMatchObject({ route, pool: row, backend: row });
  });

  test('takes no time: everything that follows from the bytes is done in the turn that brought them', async () => {
    const world = await World.open(ROUTED);
    world.connect().write(hello('a.example.com', 'h2'));
    world.run(5);
    world.kill();
    world.run(5);
    const visit = world.closed().visits.find(({ state }) => state === 'routing');
    expect(visit?.to).toBe(visit?.from);
  });
});

describe('routing: refusals', () => {
  const SSH = Buffer.from('SSH-2.0-client\r\n');
  const refusing = (how: 'reset' | 'close'): WorldPieces => ({
    routes: [routeTo(how, { protocol: ['ssh'] }, 'edge/ssh'), routeTo(0)],
  });

  test('no route at all resets', async () => {
    const world = await World.open(ROUTED);
    const client = world.connect();
    client.write(SSH);
    world.run(5);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({ reason: 'no-route', during: 'routing', route: null, pool: -1 });
  });

  test('reject: reset resets, and the route is named', async () => {
    const world = await World.open(refusing('reset'));
    const client = world.connect();
    client.write(SSH);
    world.run(5);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({ reason: 'rejected', during: 'routing', route: 'edge/ssh' });
    expect(world.path()).toEqual(['accepting', 'sniffing', 'routing']);
  });

  test('reject: close sends FIN, though the client had sent what nobody read', async () => {
    const world = await World.open(refusing('close'));
    const client = world.connect();
    client.write(SSH);
    client.write(bytesOf(200_000));
    world.run(10);
    expect(seen(client)).toBe('fin');
    client.end();
    world.run(5);
    expect(client.resetAt).toBeNull();
    expect(world.closed()).toMatchObject({ reason: 'rejected', during: 'routing' });
    expect(world.path()).toEqual(['accepting', 'sniffing', 'routing', 'draining']);
    expect(world.backends).toEqual([]);
  });

  test('a client that had sent FIN before is not dialed for where the pool says abort_on_fin', async () => {
    const world = await World.open({
      routes: [routeTo(0, { protocol: ['unknown'] })],
      connect: { abortOnFin: true },
    });
    world.connect().end();
    world.run(5);
    expect(world.closed()).toMatchObject({ reason: 'client-abort', during: 'routing', attempts: [] });
  });
});

describe('routing: a defect', () => {
  test('a route to a pool that is not there ends its connection, and no other', async () => {
    const world = await World.open({
      routes: [routeTo(0, { source: [parseCidr('10.0.3.0/24') as Cidr] }), routeTo(7)],
    });
    const well = world.connect('10.0.3.1');
    const ill = world.connect();
    world.run(5);
    expect([seen(well), seen(ill)]).toEqual(['open', 'reset']);
    expect(world.closed(1)).toMatchObject({ reason: 'internal-error', during: 'routing' });
    expect(world.defects()).toEqual([expect.stringContaining('there is no pool 7')]);
  });
});
