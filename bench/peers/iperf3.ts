import { setTimeout as sleep } from 'node:timers/promises';
import { firstLine, run, type Started, start } from './processes.ts';
import { findProgram } from './programs.ts';

export interface BulkResult {
  readonly bytes: number;
  readonly bitsPerSecond: number;
}

const TRIES = 4;
const AGAIN_MS = 150;
const SLACK_MS = 10_000;

/** Resolves once it listens. */
export async function serveIperf3(port: number, core: string): Promise<Started> {
  const args = ['-s', '-B', '127.0.0.1', '-p', String(port), '--forceflush'];
  const server = start(findProgram('iperf3') ?? 'iperf3', args, { cores: core });
  await firstLine(server, SLACK_MS);
  return server;
}

/** What is tried may meet a server that has just served and is not ready for the next: then it is tried again. */
export async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (tried === TRIES) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

/** One test. */
export async function bulk(
  port: number,
  core: string,
  streams: number,
  seconds: number,
): Promise<BulkResult> {
  const printed = await run(
    findProgram('iperf3') ?? 'iperf3',
    ['-c', '127.0.0.1', '-p', String(port), '-P', String(streams), '-t', String(seconds), '-J'],
    { cores: core, timeoutMs: seconds * 1000 + SLACK_MS },
  );
  const { end } = JSON.parse(printed) as {
    end: { sum_received: { bytes: number; bits_per_second: number } };
  };
  return { bytes: end.sum_received.bytes, bitsPerSecond: end.sum_received.bits_per_second };
}
