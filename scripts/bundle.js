// Writes dist/bundle: the command line and the thread of a shard, each with all it imports in few files, since a start
// that loads a thousand modules on each thread costs seconds of CPU (D-087). What is loaded late in the source stays a
// file of its own; native packages stay outside. Beside it, the licences of the packages whose code is in there.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = join(ROOT, 'dist/bundle');

/** Packages that are loaded at run time from node_modules: what is native cannot be in a bundle. Those of ws are not installed. */
const OUTSIDE = ['koffi', 'bufferutil', 'utf-8-validate'];

/** Whose code is in the page that vite has built. */
const IN_PAGE = ['preact', '@preact/signals', '@preact/signals-core', 'uplot'];

const bundle = await rolldown({
  cwd: ROOT,
  input: { main: 'src/cli/main.ts', 'shard-worker': 'src/shard-worker.ts' },
  platform: 'node',
  external: OUTSIDE,
  // Packages that have ES modules give those, of which only what is used gets in. RxJS hides its own from Node.
  resolve: {
    mainFields: ['module', 'main'],
    alias: { rxjs: join(ROOT, 'node_modules/rxjs/dist/esm/index.js') },
  },
});
const { output } = await bundle.write({
  dir: BUNDLE,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  // Not minified, which saves a start little and its stacks would be unreadable.
  comments: { legal: true, annotation: false, jsdoc: false },
  sourcemap: true,
  sourcemapExcludeSources: true,
});
await bundle.close();

chmodSync(join(BUNDLE, 'main.js'), 0o755);
writeFileSync(
  join(BUNDLE, 'THIRD-PARTY-LICENSES.txt'),
  licencesOf([...packagesOf(output), ...IN_PAGE.map(folderOf)].sort(byName)),
);

/** The folders of the packages whose code is in these files. */
function packagesOf(files) {
  const modules = files.flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
  const folders = modules.map((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

function folderOf(name) {
  return join(ROOT, 'node_modules', name);
}

function byName(one, other) {
  const [a, b] = [one, other].map((folder) => folder.replace(/^.*\/node_modules\//, ''));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Each text of a licence once, and above it the packages it came with. */
function licencesOf(folders) {
  const packagesOf = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof license !== 'string') throw new Error(`${folder}/package.json names no licence`);
    const text = licenceTexts(folder).join('\n\n') || 'This package came without the text of its licence.';
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...packagesOf].map(([text, packages]) => `${packages.join('\n')}\n\n${text}`);
  const head = `The files in this folder and in ../dashboard hold code of these ${folders.length} packages, each above the text of its licence.`;
  return `${[head, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function licenceTexts(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice)/i.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
}
