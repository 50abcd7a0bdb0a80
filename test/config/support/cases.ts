import { readdirSync, readFileSync } from 'node:fs';
import type { Environment } from '../../../src/config/index.ts';

/** A machine that is the same everywhere, for messages and plans that are compared. */
export const ENVIRONMENT: Environment = {
  descriptorLimit: 20_000,
  platform: 'linux',
  nodeVersion: 'v24.11.0',
  cores: 4,
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
