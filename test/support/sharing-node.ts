import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReusePort } from '../../src/core/reuse-port.ts';

/** A Node whose shards can share a port; `scripts/install-test-programs.sh` fetches the same one. */
export const SHARING_NODE = 'node@22.23.3';

/**
 * A node that can share a port among shards (SO_REUSEPORT): the one that runs the tests where it can, else one from the
 * package registry, which npx keeps once it was fetched.
 */
export function sharingNode(): string {
  if (canReusePort(process.version, process.platform)) return process.execPath;
  const note = join(tmpdir(), `sluice-test-${SHARING_NODE.replace('@', '-')}`);
  const known = existsSync(note) ? readFileSync(note, 'utf8') : '';
  if (known !== '' && existsSync(known)) return known;
  const args = ['--yes', '--package', SHARING_NODE, 'node', '--print', 'process.execPath'];
  const found = spawnSync('npx', args, { encoding: 'utf8', timeout: 300_000 });
  const path = found.stdout.trim().split('\n').at(-1) ?? '';
  if (found.status !== 0 || !existsSync(path))
    throw new Error(`npx could not fetch ${SHARING_NODE}: ${found.stderr}`);
  writeFileSync(note, path);
  return path;
}
