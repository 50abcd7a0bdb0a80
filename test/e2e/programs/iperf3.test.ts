import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { MIB } from '../../support/payload.ts';
import { freePort } from '../../support/ports.ts';
import { run, start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';

const SECONDS = '2';
/** Far below what any machine relays in that time, far above what would be there without relaying. */
const BYTES_MIN = MIB;

interface Sum {
  readonly bytes: number;
}
/** What iperf3 tells with `-J`, as far as it is read here. */
interface Report {
  readonly error?: string;
  readonly end: Readonly<Record<string, Sum>>;
}

describe('iperf3 through Sluice', () => {
  needs('iperf3');

  test('the server receives what the client sends', async () => {
    const sluice = await startIperf3();
    const { end } = await measure(sluice, []);
    expect(end['sum_received']?.bytes).toBeGreaterThan(BYTES_MIN);
    expect(await relayed(sluice, 'bytes_up')).toBeGreaterThanOrEqual(end['sum_received']?.bytes ?? 0);
  });

  test('with -R the client receives what the server sends', async () => {
    const sluice = await startIperf3();
    const { end } = await measure(sluice, ['-R']);
    expect(end['sum_received']?.bytes).toBeGreaterThan(BYTES_MIN);
    expect(await relayed(sluice, 'bytes_down')).toBeGreaterThanOrEqual(end['sum_received']?.bytes ?? 0);
  });

  test('with --bidir both receive at once', async () => {
    // Its server tells the two streams apart by which comes first, which is not kept where two shards dial at once.
    const sluice = await startIperf3('workers: 1\n');
    const { end } = await measure(sluice, ['--bidir']);
    expect(end['sum_received']?.bytes).toBeGreaterThan(BYTES_MIN);
    expect(end['sum_received_bidir_reverse']?.bytes).toBeGreaterThan(BYTES_MIN);
    expect(await relayed(sluice, 'bytes_up')).toBeGreaterThanOrEqual(end['sum_received']?.bytes ?? 0);
    const down = end['sum_received_bidir_reverse']?.bytes ?? 0;
    expect(await relayed(sluice, 'bytes_down')).toBeGreaterThanOrEqual(down);
  });
});

async function startIperf3(more = ''): Promise<Sluice> {
  const port = await freePort();
  const server = start(program('iperf3'), ['-s', '-B', '127.0.0.1', '-p', String(port), '--forceflush']);
  await server.waitForLine(/Server listening on/);
  return startSluice(`${forwardConfig({ edge: `127.0.0.1:${port}` })}\n${more}`);
}

async function measure(sluice: Sluice, mode: readonly string[]): Promise<Report> {
  const { host, port } = sluice.address();
  const args = ['-c', host, '-p', String(port), '-t', SECONDS, '-J', ...mode];
  const client = await run(program('iperf3'), args);
  const report = JSON.parse(client.stdout.toString()) as Report;
  expect(report.error).toBeUndefined();
  return report;
}

/** Stops Sluice and sums what its log says of one direction over all connections. */
async function relayed(sluice: Sluice, direction: 'bytes_up' | 'bytes_down'): Promise<number> {
  await expectCleanEnd(sluice);
  return sluice.closedLogs().reduce((sum, line) => sum + line[direction], 0);
}
