import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { greet, greeter, greetings } from '../../support/greeter.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { startSluice } from '../../support/sluice.ts';

const HOST = fileURLToPath(new URL('../../support/peers/failing-host.mjs', import.meta.url));

/** When control is held up, in milliseconds after it began to end the shard: before, while and after it has interrupted it. */
const AFTER_MS = [0, 10, 25];

test('a shard that hangs is replaced, also where control is held up just as it ends it', async () => {
  const { port } = await greeter('a');
  const config = `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [127.0.0.1:${port}], health: off } }
timeouts: { hang: 300ms }
workers: 2
`;
  const sluice = await startSluice(config, { main: HOST, node: sharingNode() });
  for (const [index, after] of AFTER_MS.entries()) {
    const round = index + 1;
    sluice.child.write(`hang-unseen 0 ${after} 700\n`);
    expect(await sluice.waitForEvent('shard.failed', round)).toMatchObject({ shard: 0, cause: 'hung' });
    expect(await sluice.waitForEvent('shard.restarted', round)).toMatchObject({ generation: round });
  }
  expect(await greetings(sluice.address(), 4)).toEqual(['a', 'a', 'a', 'a']);
  const { socket } = await greet(sluice.address());
  socket.end();
  await eventually(() => sluice.closedLogs().length >= 5, 'every client to be told');
});
