import { expect, it } from 'vitest';
import { PAGE_FILES, pageFile } from '../../src/admin/page/files.ts';
import { ENDPOINTS } from '../../src/admin/table.ts';
import { ask } from './ask.ts';
import { sourceIn } from './statuses.ts';

/** Built by `npm run build`. */
const [html, css, script] = PAGE_FILES.map((name) => pageFile(name) ?? '') as [string, string, string];

it('the page loads nothing but what the admin server itself serves', () => {
  const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? '');
  expect(links.length).toBeGreaterThan(2);
  for (const link of links.filter((link) => link !== 'data:,'))
    expect(ENDPOINTS.map(({ path }) => path)).toContain(link);
  expect(css).not.toMatch(/@import|url\(/);
  expect(script).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)[a-z]/);
});

it('the page has no script, style or handler within its markup', () => {
  expect(html).not.toMatch(/<style|<script>|\son\w+=|\sstyle=/);
  expect(script).not.toMatch(/\beval\(|new Function\(|document\.write/);
});

it('the page forbids the browser everything that it does not need', async () => {
  for (const path of ['/', '/page.css', '/page.js']) {
    const policy = (await ask(sourceIn('ready'), `GET ${path}`)).headers?.['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  }
});

it('is small', () => {
  expect(html.length + css.length + script.length).toBeLessThan(250_000);
});
