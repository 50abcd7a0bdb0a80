import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Environment } from '../../../src/config/index.ts';

/** A machine that is the same everywhere, for messages and plans that are compared. */
export const ENVIRONMENT: Environment = {
  descriptorLimit: 20_000,
  platform: 'linux',
  nodeVersion: 'v24.11.0',
  cores: 4,
  linuxPlane: { usable: false, why: 'the optional package koffi cannot be loaded: not found' },
  readFile: (file, bytesMax) => readPem(file, bytesMax) ?? 'there is no such file (ENOENT)',
  now: Date.UTC(2027, 0, 1),
  ticketKeys: '7e'.repeat(48),
  variables: {},
};

/** The file of that name in test/config/pem, whatever folder it was looked for in; null where there is none. */
function readPem(file: string, bytesMax: number): Uint8Array | null {
  const path = new URL(`../pem/${basename(file)}`, import.meta.url);
  return existsSync(path) ? readFileSync(path).subarray(0, bytesMax) : null;
}

/** The same machine, where the linux plane can be had. */
export const WITH_LINUX_PLANE: Environment = {
  ...ENVIRONMENT,
  linuxPlane: { usable: true, why: 'libc.so.6 by koffi 3.3.4 on linux x64' },
};

/** Names of the YAML files in a folder beside these tests, in order. */
export function yamlFiles(folder: 'good' | 'bad'): string[] {
  const names = readdirSync(new URL(`../${folder}/`, import.meta.url));
  return names.filter((name) => name.endsWith('.yaml')).sort();
}

/** The text of a file in such a folder. */
export function readCase(folder: 'good' | 'bad', name: string): string {
  return readFileSync(new URL(`../${folder}/${name}`, import.meta.url), 'utf8');
}
