import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { PAGE_CSS } from '../../src/admin/page/css.ts';
import { pageHtml } from '../../src/admin/page/html.ts';
import { PAGE_SCRIPT } from '../../src/admin/page/script.ts';
import { ROUTES } from '../../src/admin/routes.ts';
import { STATES } from '../../src/core/state.ts';
import { sourceIn } from './statuses.ts';

it('the page loads nothing but what the admin server itself serves', () => {
  const links = [...pageHtml().matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? '');
  expect(links.length).toBeGreaterThan(3);
  for (const link of links.filter((link) => link !== 'data:,')) expect(Object.keys(ROUTES)).toContain(link);
  expect(PAGE_CSS).not.toMatch(/@import|url\(/);
  expect([...PAGE_SCRIPT.matchAll(/fetch\('([^']*)'/g)].map(([, path]) => path)).toEqual(['/v1/status']);
});

it('the page has an element for every id its script reads, and a place for the count of every state', () => {
  const html = pageHtml();
  const ids = [...PAGE_SCRIPT.matchAll(/byId\('([^']*)'\)/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBeGreaterThan(4);
  for (const id of ids) expect(html).toContain(`id="${id}"`);
  for (const state of STATES) expect(html).toMatch(new RegExp(`data-state="${state}".*data-count=""`));
});

it('the script of the page is JavaScript that writes no markup', () => {
  expect(() => new Script(PAGE_SCRIPT)).not.toThrow();
  expect(PAGE_SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(/);
});

it('the page forbids the browser everything that it does not need', () => {
  const policy = ROUTES['/']?.(sourceIn('ready')).headers?.['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe-inline');
  expect(pageHtml()).not.toMatch(/<style|<script>|\son\w+=|\sstyle=/);
});
