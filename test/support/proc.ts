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

/** Whether all that clients have sent to a port of 127.0.0.1 was read, by those that are accepted and those that are not yet. */
export function hasReadAll(port: number): boolean {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return sockets
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === local && fields[3] === '01')
    .every((fields) => fields[4]?.endsWith(':00000000'));
}
