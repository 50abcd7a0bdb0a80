import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds that processes have used so far, all threads that live: user and system. */
export function cpuSeconds(pids: readonly number[]): number {
  return sum(pids.map((pid) => precise(pid) ?? ticks(pid)));
}

/** Resident memory of processes together. */
export function residentBytes(pids: readonly number[]): number {
  return sum(
    pids.map((pid) => {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(kib ?? 0) * 1024;
    }),
  );
}

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** The scheduler's own account in nanoseconds, which `stat` rounds to ticks of 10 ms. null: the kernel has none. */
function precise(pid: number): number | null {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const spent = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return sum(spent) / 1e9;
  } catch {
    return null;
  }
}

function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
