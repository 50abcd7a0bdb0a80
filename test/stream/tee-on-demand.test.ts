import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { closeTee, settleTees } from '../../src/stream/index.ts';
import { chunkOf } from './chunks.ts';
import { TeeWorld, teeTo } from './tee-world.ts';

const SETTLE_MS = 10_000;

describe('a tee of a capture on demand', () => {
  test.each([
    ['its client is in the network', [{ bytes: [203, 0, 113, 0], bits: 24 }], [], true],
    ['its client is in none of the networks', [{ bytes: [10, 0, 0, 0], bits: 8 }], [], false],
    ['it has taken the route', [], ['other', 'edge/0'], true],
    ['it has taken another route', [], ['other'], false],
    ['it has one of both alone', [{ bytes: [203, 0, 113, 0], bits: 24 }], ['other'], false],
  ])('copies a connection or leaves it alone where %s', async (_name, clients, routes, isCopied) => {
    const world = new TeeWorld();
    const connection = world.connect(teeTo(world, 'x', { only: { clients, routes } }));
    connection.up.next(chunkOf('abc'));
    connection.end('client-fin');
    expect(await world.names()).toEqual(isCopied ? ['x'] : []);
    expect(connection.passed.up).toBe(3);
  });

  test('whose listener it was taken from has its file closed when the last connection has left it', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, 'x', { per: 'listener' });
    const isOpen = () => openFiles().includes(world.path('x'));
    const connections = [world.connect(plan), world.connect(plan)];
    for (const { up } of connections) up.next(chunkOf('a'));
    connections[0]?.end('client-fin');
    closeTee(plan, 'edge');
    await settleTees(SETTLE_MS);
    expect(isOpen()).toBe(true);
    connections[1]?.end('client-fin');
    await settleTees(SETTLE_MS);
    expect(isOpen()).toBe(false);
    expect((await world.lines('x')).map(({ event }) => event)).toEqual([
      'open',
      'data',
      'open',
      'data',
      'close',
      'close',
    ]);
  });
});

/** Names of the files that this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return []; // that of the directory itself
    }
  });
}
