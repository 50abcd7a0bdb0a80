import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { beforeEach } from 'vitest';

/** Where Debian keeps daemons; not in the PATH of every user. */
const DAEMON_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'] as const;
/** Debian keeps each version of PostgreSQL in a directory of its own, outside PATH. */
const POSTGRES_DIRECTORY = '/usr/lib/postgresql';
const INSTALL_SCRIPT = 'scripts/install-test-programs.sh';

/**
 * Says, in a `describe`, which programs its tests run. Where one is missing each of them is skipped with a note that
 * names it, and counted as skipped; with `CI=true` each of them fails instead.
 */
export function needs(...programs: readonly string[]): void {
  const missing = programs.filter((program) => findProgram(program) === null);
  if (missing.length === 0) return;
  const note = `not installed: ${missing.join(', ')} (${INSTALL_SCRIPT} installs what the tests need)`;
  beforeEach(({ skip, task }) => {
    if (process.env['CI'] === 'true') throw new Error(note);
    Object.assign(task.meta, { note });
    skip(note);
  });
}

/** The path of a program that `needs` has asked for. Throws where it is missing. */
export function program(name: string): string {
  const path = findProgram(name);
  if (path === null) throw new Error(`${name} is not installed; ${INSTALL_SCRIPT} installs it`);
  return path;
}

/** The path of a program: in PATH, among the daemons, or in the newest PostgreSQL; null where it is missing. A path counts when it exists. */
export function findProgram(name: string): string | null {
  if (isAbsolute(name)) return existsSync(name) ? name : null;
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  for (const directory of [...postgresDirectories(), ...path, ...DAEMON_DIRECTORIES]) {
    const candidate = join(directory, name);
    if (isExecutable(candidate)) return candidate;
  }
  return null;
}

function postgresDirectories(): string[] {
  try {
    return readdirSync(POSTGRES_DIRECTORY)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(POSTGRES_DIRECTORY, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
