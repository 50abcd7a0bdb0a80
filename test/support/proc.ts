import { readdirSync, readFileSync } from 'node:fs';

/** Open descriptors of a process, from /proc. */
export function fdCount(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Resident memory of a process in bytes, from /proc. */
export function rssBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} tells no VmRSS; it has ended`);
  return Number(kibibytes) * 1024;
}
