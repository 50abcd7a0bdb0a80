import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReusePort } from '../../src/core/reuse-port.ts';

/** A Node whose shards can share a port; `scripts/install-test-programs.sh` fetches the same one. */
export const SHARING_NODE = 'node@22.23.3';

/** One whose shards cannot: the newest of the oldest line that Sluice runs on. */
export const APART_NODE = 'node@20.20.2';

/**
 * A node that can share a port among shards (SO_REUSEPORT): the one that runs the tests where it can, else one from the
 * package registry, which npx keeps once it was fetched.
 */
export function sharingNode(): string {
  return canReusePort(process.version, process.platform) ? process.execPath : fetched(SHARING_NODE);
}

/** A node that cannot, so that each listener has one shard: the one that runs the tests, else one from the registry. */
export function apartNode(): string {
  return canReusePort(process.version, process.platform) ? fetched(APART_NODE) : process.execPath;
}

/** The path of the executable of a package. Throws where npx cannot fetch it. */
function fetched(name: string): string {
  const note = join(tmpdir(), `sluice-test-${name.replace('@', '-')}`);
  const known = existsSync(note) ? readFileSync(note, 'utf8') : '';
  if (known !== '' && existsSync(known)) return known;
  const args = ['--yes', '--package', name, 'node', '--print', 'process.execPath'];
  const found = spawnSync('npx', args, { encoding: 'utf8', timeout: 300_000 });
  const path = found.stdout.trim().split('\n').at(-1) ?? '';
  if (found.status !== 0 || !existsSync(path))
    throw new Error(`npx could not fetch ${name}: ${found.stderr}`);
  writeFileSync(note, path);
  return path;
}
