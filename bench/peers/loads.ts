import { firstLine, linesOf, nextLine, start } from './processes.ts';
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

export interface Measured extends LoadResult {
  /** By how much the meter rose from the first to the last byte of the load. */
  readonly spent: number;
}

/** What is read before and after a load, when its connections are open. */
type Meter = () => number;

const SLACK_MS = 20_000;

export function requests(
  load: LoadProgram,
  port: number,
  connections: number,
  ms: number,
  meter: Meter,
): Promise<Measured> {
  return measured(load, ['requests', port, connections, ms, MESSAGE_BYTES], ms, meter);
}

export function connections(load: LoadProgram, port: number, ms: number, meter: Meter): Promise<Measured> {
  return measured(load, ['connections', port, AT_ONCE, ms, MESSAGE_BYTES], ms, meter);
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
    const line = await firstLine(held, SLACK_MS);
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
  meter: Meter,
): Promise<Measured> {
  const started = start(load.path, args.map(String), { cores: load.core });
  try {
    const lines = linesOf(started);
    await nextLine(started, lines, SLACK_MS);
    const before = meter();
    started.child.stdin?.write('go\n');
    const result = JSON.parse(await nextLine(started, lines, ms + SLACK_MS)) as LoadResult;
    const spent = meter() - before;
    if (result.failed > 0) throw new Error(`${result.failed} failed of ${result.count}`);
    return { ...result, spent };
  } finally {
    await started.stop();
  }
}
