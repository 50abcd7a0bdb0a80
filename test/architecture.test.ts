import { describe, expect, test } from 'vitest';
import { CLOSE_REASON_NAMES } from '../src/core/close-reason.ts';
import { STATES } from '../src/core/state.ts';
import { METRICS } from '../src/telemetry/names.ts';
import { type Floor, placeOf, wrongStep } from './architecture/floors.ts';
import {
  filesBelow,
  importsOf,
  read,
  type SourceFile,
  sourceFiles,
  withoutComments,
} from './architecture/source.ts';

const LINES_MAX = 300;

const sources = [...sourceFiles('src'), ...sourceFiles('machines')];

describe('the floors', () => {
  test('every import goes downward, never sideways, and enters a folder by its index.ts', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports.flatMap(({ file }) => {
        const why = file === null ? null : wrongStep(path, file);
        return why === null ? [] : [`${path} -> ${file}: ${why}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('the sources of the package import nothing of the tests or the scripts', () => {
    const outside = sources.flatMap(({ path, imports }) =>
      imports.filter(({ file }) => file !== null && !/^(src|machines)\//.test(file)).map(() => path),
    );
    expect(outside).toEqual([]);
  });

  test('no file waits for itself to be loaded', () => {
    expect(cycles(sources)).toEqual([]);
  });

  test('words and brains know no node: module, no clock and no dice', () => {
    const clocks =
      /\b(Date\.now|new Date|Math\.random|performance\.|setTimeout|setInterval|setImmediate|queueMicrotask|process\.)/;
    const wrong = onFloor('words', 'brains').flatMap(({ path, text, imports }) => [
      ...imports
        .filter(({ specifier }) => specifier.startsWith('node:'))
        .map((found) => `${path}: ${found.specifier}`),
      ...[clocks.exec(withoutComments(text))].flatMap((found) =>
        found === null ? [] : [`${path}: ${found[0]}`],
      ),
    ]);
    expect(wrong).toEqual([]);
  });
});

describe('who may use what', () => {
  test.each([
    ['sockets', /^node:(net|dgram)$/, /^src\/(plane\/net|names)\//],
    ['messages of DNS', /^dns-packet$/, /^src\/names\//],
    ['TLS', /^node:tls$/, /^src\/tls\//],
    ['foreign functions', /^koffi$/, /^src\/plane\/linux\/libc\.ts$/],
    ['OpenTelemetry', /^@opentelemetry\//, /^src\/telemetry\//],
    ['pino', /^pino$/, /^src\/telemetry\//],
    ['RxJS', /^rxjs(\/|$)/, /^src\/(stream|connection)\//],
    [
      'the statechart engine',
      /^xstate(\/|$)/,
      /^(machines|src\/(machine-engine|connection|upstream|control|admin\/chart))\//,
    ],
    ['the schema library', /^zod$/, /^src\/(config|admin)\//],
    ['WebSockets', /^ws$/, /^src\/admin\/inspect\//],
    ['the command line library', /^commander$/, /^src\/cli\//],
    ['YAML', /^yaml$/, /^src\/config\/load\.ts$/],
  ])('%s', (_name, specifier, allowed) => {
    const users = sources.filter(({ imports }) => imports.some((found) => specifier.test(found.specifier)));
    expect(users, 'the reader finds who uses it').not.toEqual([]);
    expect(users.map(({ path }) => path).filter((path) => !allowed.test(path))).toEqual([]);
  });

  test('every package that is imported is a dependency, and every dependency is imported', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'optionalDependencies',
      Record<string, string>
    >;
    const imported = sources
      .flatMap(({ imports }) => imports.filter(({ file }) => file === null).map(({ specifier }) => specifier))
      .filter((specifier) => !specifier.startsWith('node:'))
      .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]);
    expect([...new Set(imported)].sort()).toEqual(
      Object.keys({ ...dependencies, ...optionalDependencies }).sort(),
    );
  });
});

describe('the path of a byte', () => {
  /** What a byte passes on the linux plane. Starting, stopping and looking up names may wait; these may not. */
  const PATH =
    /^src\/(plane\/linux\/(reactor|endpoint|telling|calls|read-half|write-half|splice-rule|delivery|pipe-pool|socket|descriptor-table)|connection\/(flow|relay|deadlines))\.ts$/;

  test('has no promise, no await and no timer of Node', () => {
    const waits = /\b(await|async|Promise|setTimeout|setInterval|setImmediate|queueMicrotask|nextTick)\b/;
    const files = sources.filter(({ path }) => PATH.test(path));
    expect(files.length).toBe(14);
    const wrong = files.flatMap(({ path, text }) => {
      const found = waits.exec(withoutComments(text).replace(/clock\.setTimeout/g, ''));
      return found === null ? [] : [`${path}: ${found[0]}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  test(`none has more than ${LINES_MAX} lines`, () => {
    const all = [...sources, ...sourceFiles('scripts'), ...sourceFiles('test')];
    const long = all
      .map(({ path, text }) => `${path}: ${text.split('\n').length - 1}`)
      .filter((line) => Number(line.split(': ')[1]) > LINES_MAX);
    expect(long).toEqual([]);
  });

  test('an index.ts only names what it passes on', () => {
    const doors = sources.filter(({ path }) => /^src\/.+\/index\.ts$/.test(path));
    expect(doors.length).toBeGreaterThan(5);
    const notDoors = doors.filter(({ text }) => {
      const rest = withoutComments(text).replace(/export\s+(type\s+)?\{[^}]*\}\s+from\s+'[^']+';/g, '');
      return rest.trim() !== '';
    });
    expect(notDoors.map(({ path }) => path)).toEqual([]);
  });
});

describe('one name, many places', () => {
  const life = read('docs/life-of-a-connection.md');

  test.each(STATES)('the state %s has a file, a test and a heading', (state) => {
    expect(filesBelow('src/connection')).toContain(`src/connection/${state}.ts`);
    expect(filesBelow('test/connection')).toContain(`test/connection/${state}.test.ts`);
    expect(life.split('\n')).toContain(`## ${state}`);
  });

  test('every way to end is described', () => {
    const text = life + read('docs/close-reasons.md');
    expect(CLOSE_REASON_NAMES.filter((reason) => !text.includes(`\`${reason}\``))).toEqual([]);
  });

  test('every metric is named in the docs', () => {
    const pages = ['README.md', ...filesBelow('docs').filter((path) => path.endsWith('.md'))];
    const text = pages.map(read).join('\n').replaceAll('_', '.');
    const names = Object.values(METRICS).map(({ name }) => name);
    expect(names.filter((name) => !text.includes(name.replaceAll('_', '.')))).toEqual([]);
  });
});

describe('the tools of this test', () => {
  test('the reader sees every way to import, and no comment', () => {
    const text = [
      "import a from 'a';",
      "import type { B } from 'b';",
      "import {\n  c,\n  type D,\n} from './c.ts';",
      "import * as e from '../e.ts';",
      "import 'f';",
      "export { g } from './g.ts';",
      "export type { H } from './h.ts';",
      "export * from 'i';",
      "const j = await import('./j.ts');",
      "let k: import('./k.ts').K;",
      "// import l from 'l';",
      "/** import m from 'm'; */",
      "const text = 'from';",
    ].join('\n');
    const seen = importsOf(text, 'src/x/y.ts').map(({ specifier, file, typeOnly }) => [
      specifier,
      file,
      typeOnly,
    ]);
    expect(seen).toEqual([
      ['a', null, false],
      ['b', null, true],
      ['./c.ts', 'src/x/c.ts', false],
      ['../e.ts', 'src/e.ts', false],
      ['f', null, false],
      ['./g.ts', 'src/x/g.ts', false],
      ['./h.ts', 'src/x/h.ts', true],
      ['i', null, false],
      ['./j.ts', 'src/x/j.ts', false],
      ['./k.ts', 'src/x/k.ts', false],
    ]);
  });

  test('no file of ours is named in an import that the reader overlooks', () => {
    const overlooked = sources.flatMap(({ path, text, imports }) => {
      const seen = new Set(imports.map(({ specifier }) => specifier));
      return [...withoutComments(text).matchAll(/['"](\.{1,2}\/[^'"\n]*\.ts)['"]/g)]
        .map(([, specifier]) => specifier as string)
        .filter((specifier) => !seen.has(specifier))
        .map((specifier) => `${path}: ${specifier}`);
    });
    expect(overlooked).toEqual([]);
  });

  test.each([
    ['src/core/x.ts', 'src/sniff/index.ts', /^upward/],
    ['src/sniff/x.ts', 'src/route/index.ts', /^sideways/],
    ['src/plane/net/x.ts', 'src/plane/memory/index.ts', /^sideways/],
    ['src/connection/x.ts', 'src/stream/tee.ts', /^past the door/],
    ['src/shard.ts', 'src/connection/registry.ts', /^past the door/],
    ['src/shard.ts', 'src/brand-new/index.ts', /no floor/],
    ['src/plane/other/x.ts', 'src/core/chunk.ts', /no floor/],
  ])('a step from %s to %s is found to be wrong', (from, to, why) => {
    expect(wrongStep(from, to)).toMatch(why);
  });

  test('a circle is found, and one of types alone is none', () => {
    const file = (path: string, text: string): SourceFile => ({ path, text, imports: importsOf(text, path) });
    const ab = [file('src/a.ts', "import './b.ts';"), file('src/b.ts', "import './a.ts';")];
    expect(cycles(ab)).toEqual(['src/a.ts -> src/b.ts -> src/a.ts']);
    expect(cycles([ab[0] as SourceFile, file('src/b.ts', "import type { A } from './a.ts';")])).toEqual([]);
  });
});

function onFloor(...floors: readonly Floor[]): SourceFile[] {
  return sources.filter(({ path }) => {
    const place = placeOf(path);
    return place !== null && floors.includes(place.floor);
  });
}

/** Circles among the imports that remain after compilation, each as the way round it. */
function cycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const from = way.indexOf(path);
    if (from >= 0) found.push([...way.slice(from), path].join(' -> '));
    if (from >= 0 || done.has(path)) return;
    for (const { file, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (file !== null && !typeOnly) visit(file, [...way, path]);
    }
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}
