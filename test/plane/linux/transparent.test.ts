import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import { PLAIN_SOCKET } from '../../../src/core/plain-socket.ts';
import type { DialOptions, Endpoint } from '../../../src/core/ports.ts';
import { FakeWorld } from './fake-world.ts';

const tcp = (host: string, port: number): Address => ({ kind: 'tcp', host, port });
const TRANSPARENT = { ...PLAIN_SOCKET, transparent: true };

/** A world that ends with nothing open. */
async function within(test: (world: FakeWorld) => Promise<void> | void): Promise<void> {
  const world = new FakeWorld(1);
  await test(world);
  await world.plane.close();
  expect([world.kernel.open, world.plane.table.size, world.plane.open]).toEqual([0, 0, 0]);
  expect(world.kernel.violations).toEqual([]);
}

/** What a dial is told, and where it was bound. */
function dialed(world: FakeWorld, to: string, options: Partial<DialOptions>): [string, Address | null] {
  let told = '';
  world.kernel.onConnect = (socket) => {
    socket.connected(world.peer(socket, 'backend'));
    return 0;
  };
  world.plane.dial(
    tcp(to, 80),
    { ...PLAIN_SOCKET, ...options },
    {
      connected: () => {
        told = 'connected';
      },
      failed: ({ kind, code }) => {
        told = `${kind} ${code}`;
      },
    },
  );
  for (let turn = 0; turn < 3; turn++) world.turn();
  return [told, world.kernel.sockets.at(-1)?.boundTo ?? null];
}

describe('a dial from an address that is not of this machine', () => {
  it.each([
    ['IPv4', '192.0.2.7', '192.0.2.80'],
    ['IPv6', '2001:db8::7', '2001:db8::80'],
  ])('over %s connects from there, at a port that the system chooses', (_, source, to) =>
    within((world) => {
      world.kernel.foreign.add(source);
      expect(dialed(world, to, { source, transparent: true })).toEqual(['connected', tcp(source, 0)]);
    }),
  );

  it('fails where it was not asked for', () =>
    within((world) => {
      world.kernel.foreign.add('192.0.2.7');
      expect(dialed(world, '192.0.2.80', { source: '192.0.2.7' })).toEqual([
        'out-of-ports EADDRNOTAVAIL',
        null,
      ]);
    }));

  it.each(['192.0.2.7', '2001:db8::7'])('fails with EPERM without the right to it, from %s', (source) =>
    within((world) => {
      world.kernel.isPrivileged = false;
      const to = source.replace('7', '80');
      expect(dialed(world, to, { source, transparent: true })).toEqual(['other EPERM', null]);
    }),
  );

  it('asks for no right where it names no source', () =>
    within((world) => {
      world.kernel.isPrivileged = false;
      expect(dialed(world, '192.0.2.80', { transparent: true })).toEqual(['connected', null]);
    }));
});

/** Accepts one client whose socket has these addresses. */
async function accepted(
  world: FakeWorld,
  addresses: { readonly local?: Address; readonly original?: Address },
  options = PLAIN_SOCKET,
  where = tcp('::', 4000),
): Promise<Endpoint> {
  const endpoints: Endpoint[] = [];
  const handler = { accept: (endpoint: Endpoint) => endpoints.push(endpoint), failed: () => {} };
  await world.plane.listen(where, options, handler);
  const listener = world.kernel.sockets.find(({ state }) => state === 'listening')!;
  world.client(listener);
  Object.assign(world.kernel.sockets.at(-1)!, addresses);
  world.turn();
  return endpoints[0]!;
}

describe('a listener that accepts for other addresses', () => {
  it.each(['127.0.0.1', '::1'])('at %s shows each client the address that it wanted', (host) =>
    within(async (world) => {
      const local = tcp('192.0.2.80', 443);
      const endpoint = await accepted(world, { local }, TRANSPARENT, tcp(host, 4000));
      expect(world.kernel.sockets[0]?.isTransparent).toBe(true);
      expect(endpoint.local).toEqual(local);
    }),
  );

  it.each(['127.0.0.1', '::1'])(
    'at %s is refused with EPERM without the right to it, and leaves nothing open',
    (host) =>
      within(async ({ plane, kernel }) => {
        kernel.isPrivileged = false;
        const handler = { accept: () => {}, failed: () => {} };
        const before = kernel.open;
        await expect(plane.listen(tcp(host, 4000), TRANSPARENT, handler)).rejects.toMatchObject({
          code: 'EPERM',
          syscall: 'setsockopt IP_TRANSPARENT',
        });
        expect(kernel.open).toBe(before);
      }),
  );

  it('asks for no right where it was not asked for', () =>
    within(async (world) => {
      world.kernel.isPrivileged = false;
      await accepted(world, {});
      expect(world.kernel.sockets[0]?.isTransparent).toBe(false);
    }));
});

describe('where a redirected client wanted to go', () => {
  const wanted = tcp('192.0.2.80', 443);
  const wanted6 = tcp('2001:db8::80', 443);

  it.each([
    ['an IPv4 client', tcp('10.0.0.1', 4000), wanted, wanted],
    ['an IPv6 client', tcp('2001:db8::1', 4000), wanted6, wanted6],
    ['an IPv4 client of an IPv6 socket', tcp('::ffff:10.0.0.1', 4000), wanted, wanted],
    ['a client that was not redirected', tcp('10.0.0.1', 4000), tcp('10.0.0.1', 4000), null],
    ['such a one of an IPv6 socket', tcp('::ffff:10.0.0.1', 4000), tcp('10.0.0.1', 4000), null],
    ['a client of whom netfilter knows nothing', tcp('10.0.0.1', 4000), undefined, null],
  ] as const)('is told of %s', (_, local, original, told) =>
    within(async (world) => {
      const addresses = { local, ...(original === undefined ? {} : { original }) };
      const endpoint = await accepted(world, addresses, TRANSPARENT);
      expect(endpoint.originalDestination).toEqual(told);
    }),
  );

  it('is not known any more once the client is gone', () =>
    within(async (world) => {
      const endpoint = await accepted(world, { local: tcp('10.0.0.1', 4000), original: wanted }, TRANSPARENT);
      endpoint.destroy();
      for (let turn = 0; turn < 3; turn++) world.turn();
      expect(endpoint.originalDestination).toBe(null);
    }));
});
