// Writes docs/machines: each chart as JSON and Mermaid, the connection chart as SVG. With --check writes nothing and
// ends with exit code 1 where a file is not what it would write. An argument names another folder.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHART_NAMES, CHARTS, chartJson, chartMermaid, chartSvg } from '../src/admin/index.ts';

const args = process.argv.slice(2);
const folder =
  args.find((arg) => arg !== '--check') ?? fileURLToPath(new URL('../../docs/machines', import.meta.url));

const files = [
  ...CHART_NAMES.map((name) => [`${name}.json`, chartJson(CHARTS[name])] as const),
  ...CHART_NAMES.map((name) => [`${name}.mmd`, chartMermaid(CHARTS[name])] as const),
  ['connection.svg', chartSvg(CHARTS.connection)] as const,
];

if (args.includes('--check')) {
  const stale = files.filter(([name, text]) => read(join(folder, name)) !== text).map(([name]) => name);
  for (const name of stale) console.error(`docs/machines/${name} is not what its chart says: npm run docs`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
