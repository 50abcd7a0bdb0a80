import { readFileSync } from 'node:fs';

/** How many descriptors this process may have (its soft limit); null where the system does not tell. */
export function readDescriptorLimit(platform: string): number | null {
  if (platform !== 'linux') return null;
  try {
    return parseDescriptorLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return null;
  }
}

/** The soft limit in the text of /proc/<pid>/limits (proc_pid_limits(5)); null where it is missing or `unlimited`. */
export function parseDescriptorLimit(limits: string): number | null {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? null : Number(soft);
}
