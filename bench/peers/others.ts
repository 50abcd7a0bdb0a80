import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 300;
const QUIET = 0.1;

/** Time of all cores since the machine started, in ticks. */
export interface CpuTimes {
  readonly busy: number;
  readonly all: number;
}

/** The share of all cores that somebody uses while the bench does nothing, from 0 to 1. */
export async function busyByOthers(): Promise<number> {
  const before = parseCpuTimes(readFileSync('/proc/stat', 'utf8'));
  await sleep(LOOK_MS);
  const after = parseCpuTimes(readFileSync('/proc/stat', 'utf8'));
  return (after.busy - before.busy) / Math.max(after.all - before.all, 1);
}

/** What to say of a machine that others use too. null: nothing, it is quiet. */
export function warningOf(busyBefore: number, busyAfter: number): string | null {
  if (Math.max(busyBefore, busyAfter) < QUIET) return null;
  const [before, after] = [busyBefore, busyAfter].map((share) => `${Math.round(share * 100)} %`);
  return `others used ${before} of the cores before the run and ${after} after it: measure again on a quiet machine`;
}

/** The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, and guest times within user. */
export function parseCpuTimes(stat: string): CpuTimes {
  const times = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number).slice(0, 8);
  const all = times.reduce((total, time) => total + time, 0);
  return { busy: all - (times[3] ?? 0) - (times[4] ?? 0), all };
}
