import { firstLine, run, start } from './processes.ts';
import { AT_ONCE, MESSAGE_BYTES } from './work.ts';

/** What `load/load.c` says of a load: latencies in microseconds. */
export interface LoadResult {
  readonly count: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly failed: number;
}

/** The program that was compiled of `load/load.c`, and where it runs. */
export interface LoadProgram {
  readonly path: string;
  readonly core: string;
}

const SLACK_MS = 20_000;

export function requests(
  load: LoadProgram,
  port: number,
  connections: number,
  ms: number,
): Promise<LoadResult> {
  return measured(load, ['requests', port, connections, ms, MESSAGE_BYTES], ms);
}

export function connections(load: LoadProgram, port: number, ms: number): Promise<LoadResult> {
  return measured(load, ['connections', port, AT_ONCE, ms, MESSAGE_BYTES], ms);
}

/** Holds idle connections while `during` runs. */
export async function whileHeld<T>(
  load: LoadProgram,
  port: number,
  count: number,
  during: () => Promise<T>,
): Promise<T> {
  const held = start(load.path, ['hold', `${port}`, `${count}`, `${MESSAGE_BYTES}`], { cores: load.core });
  try {
    const line = await firstLine(held);
    if (line !== 'held 0') throw new Error(`of ${count} connections not all could be held: ${line}`);
    return await during();
  } finally {
    await held.stop();
  }
}

async function measured(
  load: LoadProgram,
  args: readonly (string | number)[],
  ms: number,
): Promise<LoadResult> {
  const printed = await run(load.path, args.map(String), { cores: load.core, timeoutMs: ms + SLACK_MS });
  const result = JSON.parse(printed) as LoadResult;
  if (result.failed > 0) throw new Error(`${result.failed} failed of ${result.count}`);
  return result;
}
