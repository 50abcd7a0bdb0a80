import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import { PLAIN_SOCKET } from '../../src/core/plain-socket.ts';
import type { MemoryEndpoint } from '../../src/plane/memory/endpoint.ts';
import { acceptedWith } from './accepted-as.ts';
import { backendAddress, LISTEN } from './plan.ts';
import { reach } from './reach.ts';
import { closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const WANTED = backendAddress(1);

/** A world whose clients netfilter has redirected, and who wanted to go there; null = it knows of nothing. */
function redirected(original: Address | null): WorldPieces {
  return {
    transparent: 'redirect',
    original: true,
    backends: 2,
    poolForEachBackend: true,
    parts: ({ plane }) => ({ plane: acceptedWith(plane, 'originalDestination', original) }),
  };
}

describe('to: original', () => {
  test('connects a redirected client to where it wanted to go, and tells that as where it connected to', async () => {
    const world = await World.open(redirected(WANTED));
    world.connect();
    world.run(500);
    expect(world.backend().local).toEqual(WANTED);
    world.kill();
    world.run(5);
    const text = `${WANTED.host}:${WANTED.port}`;
    expect(world.closed()).toMatchObject({ local: text, backend: 0 });
    expect(world.facts.find(({ kind }) => kind === 'opened')).toMatchObject({ local: text });
  });

  test.each([
    ['who was not redirected', null],
    ['who was redirected from the listener to itself', LISTEN],
  ])('refuses a client %s', async (_, original) => {
    const world = await World.open(redirected(original));
    const client = world.connect();
    world.run(500);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({
      reason: 'no-route',
      refusal: 'no original destination but this listener itself',
      local: `${LISTEN.host}:${LISTEN.port}`,
      attempts: [],
    });
  });

  test('of TPROXY refuses a client of the listener itself', async () => {
    const world = await World.open({ transparent: 'tproxy', original: true });
    const client = world.connect();
    world.run(500);
    expect([seen(client), world.closed().reason]).toEqual(['reset', 'no-route']);
  });
});

test('source: client connects from the address of the client, whoever has it', async () => {
  const { world } = await reach('streaming', { connect: { source: 'client' } });
  const { client, backend } = world.live();
  const source = client.remote.kind === 'tcp' ? client.remote.host : '';
  expect(source).not.toBe('');
  expect((backend as MemoryEndpoint).options).toEqual({ ...PLAIN_SOCKET, source, transparent: true });
});
