import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STAGES } from '../../src/stream/index.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const guide = read('docs/add-a-stage.md');

describe('docs/add-a-stage.md', () => {
  it('has a row for every stage, and for nothing else', () => {
    const rows = [...guide.matchAll(/^\| \[`(\w+)`\]/gm)].map((match) => match[1]);
    expect(rows).toEqual(Object.keys(STAGES));
  });

  it('has a page for every stage, that shows how it is configured', () => {
    for (const kind of Object.keys(STAGES)) {
      const page = read(`docs/stages/${kind}.md`);
      expect(page, kind).toMatch(new RegExp(`^# \`${kind}\`\\n`));
      expect(page, kind).toContain(`- ${kind}:`);
    }
  });

  it('shows the template as it is', () => {
    expect(codeBlocks()).toContain(read('src/stream/pass-through.ts'));
  });

  it('grows it into a stage that keeps the contract: the one in test/stream/slow-start.ts', () => {
    const example = read('test/stream/slow-start.ts')
      .replaceAll("'../../src/stream/", "'./")
      .replaceAll("'../../src/core/", "'../core/");
    expect(codeBlocks()).toContain(example);
  });

  it('names only files that exist', () => {
    const paths = [...guide.matchAll(/`((?:src|test)\/[\w/.-]+\.ts)`/g)].map((match) => match[1] ?? '');
    const made = paths.filter((path) => !path.includes('slow-start'));
    expect(made.length).toBeGreaterThan(5);
    for (const path of made) expect(() => read(path), path).not.toThrow();
  });
});

function codeBlocks(): string[] {
  return [...guide.matchAll(/^( *)```ts\n(.*?)^ *```$/gms)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}
