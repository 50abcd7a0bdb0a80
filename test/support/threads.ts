import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './process.ts';
import { program } from './programs.ts';
import { tempDir } from './temp.ts';

/** How often a thread made each system call, by name. */
export type SystemCalls = ReadonlyMap<string, number>;

/** Counts the system calls that each thread of a process makes while `during` runs; the busiest thread is the first. */
export async function systemCallsOf(
  pid: number,
  during: () => Promise<void>,
): Promise<readonly SystemCalls[]> {
  const file = join(tempDir(), 'calls');
  const strace = start(program('strace'), ['-f', '-o', file, '-p', String(pid)], { stopSignal: 'SIGINT' });
  await strace.waitForLine(/attached/);
  await during();
  await strace.stop();
  return [...byThread(readFileSync(file, 'utf8')).values()].sort((a, b) => callsIn(b) - callsIn(a));
}

/** All calls of a thread. */
export function callsIn(calls: SystemCalls): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}

/** Reads lines of `thread name(…) = result`; one that says how an unfinished call went on is no other call. */
function byThread(lines: string): Map<string, Map<string, number>> {
  const threads = new Map<string, Map<string, number>>();
  for (const line of lines.split('\n')) {
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (thread === undefined || name === undefined) continue;
    const calls = threads.get(thread) ?? new Map<string, number>();
    threads.set(thread, calls.set(name, (calls.get(name) ?? 0) + 1));
  }
  return threads;
}
