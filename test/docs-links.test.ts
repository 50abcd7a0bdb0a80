import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', '.git', '.artifacts']);

describe.each(pages(ROOT).map((path) => relative(ROOT, path)))('%s', (page) => {
  test('has only links that lead to a file, and to a heading in it', () => {
    expect(linksOf(read(page)).flatMap((link) => problem(page, link))).toEqual([]);
  });
});

describe('docs/README.md', () => {
  test('leads to every page and every recipe of docs/', () => {
    const named = linksOf(read('docs/README.md')).map((link) => join('docs', link.split('#')[0] ?? ''));
    const there = filesBelow(join(ROOT, 'docs'), /\.(md|yaml)$/).map((path) => relative(ROOT, path));
    expect(there.filter((path) => path !== 'docs/README.md' && !named.includes(path))).toEqual([]);
  });
});

describe('a link', () => {
  const page = 'docs/README.md';

  test('to a file that is not there is a mistake', () => {
    expect(problem(page, 'nowhere.md')).toEqual(['nowhere.md: there is no docs/nowhere.md']);
  });

  test('to a heading that is not there is a mistake, in the page itself and in another', () => {
    expect(problem(page, '#no-such-heading')).toHaveLength(1);
    expect(problem(page, '../README.md#no-such-heading')).toHaveLength(1);
  });

  test('that leaves the repository, or begins at the root of the disk, is a mistake', () => {
    expect(problem(page, '../../elsewhere.md')).toHaveLength(1);
    expect(problem(page, '/docs/README.md')).toHaveLength(1);
  });

  test('is found in text, images, references and HTML, and not in code', () => {
    const text = [
      '[a](a.md) ![b](b.svg "title") <img src="c.svg"> <a href="d.md">d</a>',
      '[e]: e.md',
      '`[f](f.md)`',
      '```md\n[g](g.md)\n```',
      '[`h`](h.md#x)',
    ].join('\n\n');
    expect(linksOf(text).sort()).toEqual(['a.md', 'b.svg', 'c.svg', 'd.md', 'e.md', 'h.md#x']);
  });

  test('names a heading by its text in lower case, without punctuation and with a number where it is repeated', () => {
    expect(anchorsOf('# A `b.c`: D\n\n## Same\n\n## Same\n')).toEqual(['a-bc-d', 'same', 'same-1']);
  });
});

function pages(root: string): string[] {
  return filesBelow(root, /\.md$/);
}

function filesBelow(directory: string, name: RegExp): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path, name);
    return name.test(entry.name) ? [path] : [];
  });
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** What is wrong with a link of a page; nothing where it leads to another site, which no test can know. */
function problem(page: string, link: string): string[] {
  if (/^(https?:|mailto:)/.test(link)) return [];
  if (link.startsWith('/')) return [`${link}: begins at the root of the disk`];
  const [file = '', anchor = ''] = link.split('#');
  const target = file === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), decodeURI(file));
  const shown = relative(ROOT, target);
  if (shown.startsWith('..')) return [`${link}: leaves the repository`];
  if (!existsSync(target)) return [`${link}: there is no ${shown}`];
  if (anchor === '') return [];
  if (!target.endsWith('.md') || statSync(target).isDirectory()) return [`${link}: ${shown} has no headings`];
  return anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
    ? []
    : [`${link}: ${shown} has no such heading`];
}

/** Targets of all links of a page; what stands in code is none. */
function linksOf(page: string): string[] {
  const text = withoutFences(page).replace(/`[^`\n]*`/g, 'code');
  return [
    ...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...text.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm),
    ...text.matchAll(/<(?:img|a)\s[^>]*?(?:src|href)="([^"]+)"/g),
  ].map((match) => match[1] as string);
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(page).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => {
    const words = (match[1] as string).replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

function withoutFences(page: string): string {
  return page.replace(/^ *(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\1 *$/gm, '');
}
