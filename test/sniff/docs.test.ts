import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROTOCOLS } from '../../src/core/plan.ts';
import { SNIFFERS } from '../../src/sniff/index.ts';

const PAGE = readFileSync(new URL('../../docs/add-a-sniffer.md', import.meta.url), 'utf8');

test('the page about sniffers has a row for each protocol, in the order of the plan', () => {
  const rows = [...PAGE.matchAll(/^\| `(\w+)` +\|/gm)].map((row) => row[1]);
  expect(rows).toEqual(PROTOCOLS);
});

test('sniffers are asked in the order of the plan, in which MySQL has none', () => {
  expect([...Object.keys(SNIFFERS), 'unknown']).toEqual(PROTOCOLS.filter((name) => name !== 'mysql'));
});

test('every protocol has a page that says its bytes, what is found, what looks alike and the source', () => {
  for (const name of PROTOCOLS) {
    const page = readFileSync(new URL(`../../docs/sniffers/${name}.md`, import.meta.url), 'utf8');
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map((heading) => heading[1]);
    expect(headings).toEqual([name, 'Bytes', 'Found besides', 'What looks alike', 'Source']);
  }
});

test('every file that the page about sniffers names is there', () => {
  const named = new Set(
    [...PAGE.matchAll(/`((?:src|test)\/[\w/.-]+\.ts)`/g)].map((match) => match[1] as string),
  );
  expect(named.size).toBeGreaterThan(8);
  for (const file of named) {
    expect(() => readFileSync(new URL(`../../${file}`, import.meta.url)), file).not.toThrow();
  }
});
