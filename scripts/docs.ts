// Writes the pages of docs/ that are made from the source, or with --check says which of them are stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeReasonsPage } from './docs/close-reasons-page.ts';
import { configurationPage } from './docs/configuration-page.ts';
import { configurationSchema } from './docs/configuration-schema.ts';
import { errorsPage } from './docs/errors-page.ts';
import { withMetricsTable } from './docs/metrics-table.ts';

/** A generated file, its path from the root of the package, and what it holds. */
interface Page {
  readonly file: string;
  readonly make: () => string;
}

const PAGES: readonly Page[] = [
  { file: 'docs/configuration.md', make: configurationPage },
  { file: 'docs/configuration.schema.json', make: configurationSchema },
  { file: 'docs/errors.md', make: errorsPage },
  { file: 'docs/close-reasons.md', make: closeReasonsPage },
  { file: 'docs/telemetry.md', make: () => withMetricsTable(read('docs/telemetry.md') ?? '') },
];

/** This file runs as dist/scripts/docs.js. */
const ROOT = new URL('../../', import.meta.url);

if (process.argv.includes('--check')) process.exitCode = check();
else write();

function check(): number {
  const stale = PAGES.filter(({ file, make }) => read(file) !== make());
  for (const { file } of stale) process.stderr.write(`${file} is stale; renew it with: npm run docs\n`);
  return stale.length === 0 ? 0 : 1;
}

function write(): void {
  for (const { file, make } of PAGES) {
    const path = fileURLToPath(new URL(file, ROOT));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, make());
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(new URL(file, ROOT), 'utf8');
  } catch {
    return null;
  }
}
