import { expect, test } from 'vitest';
import { echo, greet, greeter } from '../../support/greeter.ts';
import type { LogLine } from '../../support/logs.ts';
import { startSluice } from '../../support/sluice.ts';

interface Leg {
  readonly rtt_us: number;
  readonly rtt_var_us: number;
  readonly retransmits: number;
  readonly delivery_rate: number;
}

/** The log line of a connection that has moved some bytes each way and was ended by its client. */
async function closedOn(plane: 'linux' | 'net'): Promise<LogLine> {
  const { port } = await greeter('a');
  const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
plane: ${plane}
workers: 1
`);
  const { socket } = await greet(sluice.address());
  for (const word of ['one', 'two', 'three']) expect(await echo(socket, word)).toBe(word);
  socket.end();
  const [line] = await sluice.waitForClosed(1);
  expect(line).toMatchObject({ reason: 'client-fin', bytes_up: 11, bytes_down: 12 });
  return line as LogLine;
}

test('the linux plane tells what the kernel knew of both legs of a connection when it closed', async () => {
  const { client, backend } = (await closedOn('linux'))['tcp'] as { client: Leg; backend: Leg };
  for (const leg of [client, backend]) {
    expect(leg.rtt_us).toBeGreaterThan(0);
    expect(leg.rtt_us, 'a round trip of loopback, in microseconds').toBeLessThan(1_000_000);
    expect(leg.rtt_var_us).toBeGreaterThanOrEqual(0);
    expect(leg.retransmits).toBe(0);
    expect(leg.delivery_rate).toBeGreaterThan(0);
  }
});

test('the net plane knows nothing of the legs and says so', async () => {
  expect(await closedOn('net')).toHaveProperty('tcp', null);
});
