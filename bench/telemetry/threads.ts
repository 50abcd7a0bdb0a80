import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds of this process, by what its threads are for. */
export interface Cpu {
  /** The main thread. */
  readonly control: number;
  /** The busiest of the others: with one worker, its. */
  readonly shard: number;
  /** What is left: V8's helpers (garbage collection, compiling) and libuv's pool. */
  readonly helpers: number;
}

export type Account = ReadonlyMap<number, number>;

/** CPU nanoseconds of each thread so far, by its id, from the scheduler's own account. */
export function account(): Account {
  const tasks = readdirSync('/proc/self/task').map(Number);
  return new Map(tasks.map((task) => [task, nanoseconds(task)]));
}

/** What was used between two accounts. */
export function between(before: Account, after: Account): Cpu {
  const spent = [...after].map(([task, now]) => [task, (now - (before.get(task) ?? 0)) / 1e9] as const);
  const control = spent.find(([task]) => task === process.pid)?.[1] ?? 0;
  const others = spent.filter(([task]) => task !== process.pid).map(([, seconds]) => seconds);
  const shard = Math.max(0, ...others);
  return { control, shard, helpers: others.reduce((sum, seconds) => sum + seconds, 0) - shard };
}

/** 0 for a thread that has just ended. */
function nanoseconds(task: number): number {
  try {
    return Number(readFileSync(`/proc/self/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}
