import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { PAGE_CSS } from '../../src/admin/page/css.ts';
import { pageHtml } from '../../src/admin/page/html.ts';
import { PAGE_SCRIPT } from '../../src/admin/page/script.ts';
import { ENDPOINTS } from '../../src/admin/table.ts';
import { STATES } from '../../src/core/state.ts';
import { ask } from './ask.ts';
import { showPage } from './fake-page.ts';
import { sourceIn, statusIn } from './statuses.ts';

it('the page loads nothing but what the admin server itself serves', () => {
  const links = [...pageHtml().matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? '');
  expect(links.length).toBeGreaterThan(3);
  for (const link of links.filter((link) => link !== 'data:,'))
    expect(ENDPOINTS.map(({ path }) => path)).toContain(link);
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

it('the page forbids the browser everything that it does not need', async () => {
  const policy = (await ask(sourceIn('ready'), 'GET /')).headers?.['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe-inline');
  expect(pageHtml()).not.toMatch(/<style|<script>|\son\w+=|\sstyle=/);
});

it('the page shows the plan in force and each shard as it stands', async () => {
  const status = statusIn('ready');
  const shards = [
    { ...status.shards[0]!, connections: 17 },
    { ...status.shards[0]!, number: 1, state: 'waiting', generation: 9, planVersion: 1, factsDropped: 4 },
  ];
  const byId = await showPage({ ...status, planVersion: 41, shards });
  expect(byId('phase').text).toBe('ready');
  expect(byId('summary').text).toContain('plan 41');
  const rows = byId('shards').tBodies[0]?.children ?? [];
  expect(rows.map(({ text }) => text)).toEqual(['0 net running 1 2 17 0', '1 net waiting 9 1 3 4']);
  expect(rows.map(({ children }) => children[2]?.className)).toEqual(['health good', 'health bad']);
  expect(rows.map(({ children }) => children[6]?.className)).toEqual(['number', 'number bad']);
});

it('the page marks a listener that a reload took away, and no other', async () => {
  const status = statusIn('ready');
  const listeners = [status.listeners[0]!, { ...status.listeners[0]!, name: 'old', retired: true }];
  const byId = await showPage({ ...status, listeners });
  const rows = byId('listeners').tBodies[0]?.children ?? [];
  expect(rows.map(({ className }) => className)).toEqual(['', 'retired']);
  expect(rows.map(({ children }) => children[0]?.text)).toEqual(['edge', 'old retired']);
});
