import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { echo, greet, greeter, greetings } from '../../support/greeter.ts';
import { apartNode } from '../../support/sharing-node.ts';
import { startSluice } from '../../support/sluice.ts';
import { hear } from '../../support/tcp.ts';

const HOST = fileURLToPath(new URL('../../support/peers/failing-host.mjs', import.meta.url));
const NAMES = ['a', 'b', 'c'] as const;

test('where ports cannot be shared each listener has a shard of its own, and one that dies takes no other listener along', async () => {
  const { port } = await greeter('hello');
  const listeners = NAMES.map((name) => `{ name: ${name}, listen: 127.0.0.1:0, to: web }`);
  const config = `
listeners: [${listeners.join(', ')}]
pools: { web: { backends: [127.0.0.1:${port}], health: off } }
workers: 3
plane: net
`;
  const sluice = await startSluice(config, { main: HOST, node: apartNode() });
  const clients = await Promise.all(NAMES.map((name) => greet(sluice.address(name))));
  for (const name of NAMES) await greetings(sluice.address(name), 4);
  await sluice.waitForClosed(4 * NAMES.length);
  const shards = NAMES.map((name) => sluice.closedLogs(name).map(({ connection }) => connection.slice(0, 2)));
  expect(new Set(shards.flat()).size, 'three shards serve').toBe(3);
  for (const own of shards) expect(new Set(own).size, 'one shard serves a listener').toBe(1);

  const victim = Number(shards[1]?.[0]);
  const [first, second, third] = clients.map(({ socket }) => socket);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three clients');
  const lost = hear(second);
  sluice.child.write(`throw ${victim}\n`);
  expect(await lost).toMatchObject({ end: 'ECONNRESET' });
  expect(await greetings(sluice.address('a'), 2)).toEqual(['hello', 'hello']);
  expect(await greetings(sluice.address('c'), 2)).toEqual(['hello', 'hello']);
  expect(await echo(first, 'untouched')).toBe('untouched');
  expect(await echo(third, 'untouched')).toBe('untouched');

  expect(await sluice.waitForEvent('shard.failed')).toMatchObject({ shard: victim, connections: 1 });
  expect(await sluice.waitForEvent('shard.restarted')).toMatchObject({ shard: victim, generation: 1 });
  expect(await greetings(sluice.address('b'), 2), 'at the same address').toEqual(['hello', 'hello']);
  const told = sluice.closedLogs('b').filter(({ reason }) => reason === 'shard-failed');
  expect(told).toMatchObject([{ connection: expect.stringMatching(new RegExp(`^0${victim}00`)) }]);
});
