import { fileURLToPath } from 'node:url';
import type { Child } from './child.ts';
import { start } from './process.ts';

/** Starts a script of test/support/peers as a process of its own. */
export function peer(script: string, ...args: readonly number[]): Child {
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url));
  return start(process.execPath, [path, ...args.map(String)]);
}

/** All lines of JSON a peer has reported so far. */
export function reports<T>(child: Child): T[] {
  return child.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as T);
}

/** The first report that has this key. */
export function reportOf<T = Record<string, unknown>>(child: Child, key: string): Promise<T> {
  return child.waitFor(
    () => reports<Record<string, unknown>>(child).find((line) => key in line) as T | undefined,
    `a report of "${key}"`,
    60_000,
  );
}

/** The port a peer says it listens on. */
export async function portOf(child: Child): Promise<number> {
  return (await reportOf<{ port: number }>(child, 'port')).port;
}
