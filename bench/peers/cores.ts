import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Where things run, as `taskset -c` takes it. */
export interface Cores {
  readonly proxy: string;
  /** Load, backends and the bench itself. The same as `proxy` where there is but one core. */
  readonly load: string;
  /** For a proxy of two shards. */
  readonly both: string;
}

export function chooseCores(): Cores {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const [proxy = 0, load = proxy] = parseCores(allowed);
  return { proxy: String(proxy), load: String(load), both: `${proxy},${load}` };
}

/** Moves this process, with all its threads, away from the core of the proxies. */
export function moveTo(core: string): void {
  execFileSync('taskset', ['-acp', core, String(process.pid)], { stdio: 'ignore' });
}

/** `0-2,5` as numbers. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
