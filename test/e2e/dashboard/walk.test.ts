import type { Socket } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

/** The route makes it wait for first bytes. */
const config = (port: number): string => `
listeners:
  - name: edge
    listen: 127.0.0.1:0
    sniff: { timeout: 1m }
    routes:
      - { name: secure, match: { protocol: tls }, to: web }
      - { name: rest, to: web }
  - { name: idle, listen: 127.0.0.1:0, to: web }
pools: { web: { backends: [127.0.0.1:${port}], health: off } }
timeouts: { half_closed: 1m }
admin: { listen: 127.0.0.1:0 }
`;

const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;

/** `01:02:03` in seconds. */
function secondsOf(clock: string): number {
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

describe('a connection seen on the page', () => {
  needs('chromium');
  let [sluice, browser] = [null as unknown as Sluice, null as unknown as Browser];
  const backends: Socket[] = [];
  beforeAll(async () => {
    const { port } = await serve((socket) => {
      backends.push(socket);
      socket.on('data', () => socket.write('hello\n'));
    });
    [sluice, browser] = await Promise.all([startSluice(config(port)), startBrowser()]);
  });

  const open = (hash: string): Promise<Page> => openPage(browser, `${sluice.admin}/#/${hash}`);
  const inState = (page: Page, state: string, count: number) =>
    page.locator(`[data-state="${state}"][aria-label^="${state} ${count}"]`).waitFor();

  /** Resolves when the page marks `admitted`. It does until its next reading, which may pass unseen: clients come until then. */
  const seenAdmitted = async (page: Page): Promise<void> => {
    const admitted = page.locator('.label tspan.moving', { hasText: /^admitted .*\/s$/ });
    const clients: Socket[] = [];
    await eventually(async () => {
      clients.push(await dial(sluice.address('edge')));
      return admitted.isVisible();
    }, 'the transition to be marked');
    for (const client of clients) client.resetAndDestroy();
  };

  it('walks through the picture state by state, each of which lists it', async () => {
    const page = await open('chart');
    const client = await dial(sluice.address('edge'));
    const name = `127.0.0.1:${client.localPort}`;
    await inState(page, 'sniffing', 1);
    await page.locator('[data-state="sniffing"]').click();
    await page.locator('.who tbody tr', { hasText: name }).waitFor();
    await write(client, Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
    await inState(page, 'streaming', 1);
    await page.locator('[data-state="streaming"]').focus();
    await page.keyboard.press('Enter');
    await page.locator('.who h3', { hasText: 'In streaming' }).waitFor();
    await page.locator('.who tbody tr', { hasText: name }).waitFor();
    await keepPicture(page, 'chart-light');
    client.end();
    await inState(page, 'half-closed-client', 1);
    backends.at(-1)?.end();
    await inState(page, 'closed', 1);
    await page.locator('.who', { hasText: 'No connection is open' }).waitFor();
  });

  it('marks the transitions that were taken, and no others', async () => {
    const page = await open('chart');
    await page.locator('[data-state="closed"][aria-label]').waitFor();
    await seenAdmitted(page);
    expect(await page.locator('.label tspan.moving', { hasText: 'refused' }).count()).toBe(0);
  });

  it('is told of the listener that is chosen alone, its transitions too', async () => {
    const [edge, idle] = await Promise.all([open('chart?listener=edge'), open('chart')]);
    await idle.locator('.choices select').last().selectOption('idle');
    for (const page of [edge, idle]) await page.locator('[data-state="closed"][aria-label]').waitFor();
    await seenAdmitted(edge);
    for (const _ of [1, 2]) await idle.waitForResponse(/connection\/counts\?listener=idle$/);
    expect(await idle.locator('.moving').count()).toBe(0);
    expect(await idle.locator('.counted').count()).toBe(0);
  });

  it('stands in the list, is ended by its button, and is gone', async () => {
    const page = await open('connections');
    const client = await dial(sluice.address('edge'));
    const heard = hear(client);
    await write(client, Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
    const row = page.locator('.virtual tbody tr', { hasText: `127.0.0.1:${client.localPort}` });
    await row.locator('td', { hasText: 'streaming' }).waitFor();
    await keepPicture(page, 'connections-light');
    await row.locator('button').click();
    await page.locator('dialog button', { hasText: 'end it' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await heard).end).toBe('ECONNRESET');
    await sluice.waitForLog((line) => line.event === 'connection.closed' && line['reason'] === 'killed');
  });

  it('is left as it is where the question is answered by no', async () => {
    const page = await open('connections');
    const client = await dial(sluice.address('edge'));
    const row = page.locator('.virtual tbody tr', { hasText: `127.0.0.1:${client.localPort}` });
    await row.locator('button').click();
    await page.locator('dialog button', { hasText: 'leave it' }).click();
    await page.locator('dialog').waitFor({ state: 'detached' });
    await row.waitFor();
    client.resetAndDestroy();
    await row.waitFor({ state: 'detached' });
  });

  it.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('is as old as it is, and so are its backends, where the browser is an hour %s', async (_, aheadMs) => {
    const page = await openPage(browser, `${sluice.admin}/#/connections`, { aheadMs });
    const client = await dial(sluice.address('edge'));
    const row = page.locator('.virtual tbody tr', { hasText: `127.0.0.1:${client.localPort}` });
    await row.locator('td', { hasText: /^(\d+ ms|[1-9]\d* s)$/ }).waitFor();
    await page.locator('#summary', { hasText: /up (\d+ min( \d+ s)?|\d+ s|[1-9]\d* ms)$/ }).waitFor();
    await page.goto(`${sluice.admin}/#/pools`);
    const spell = await page.locator('.strip i').last().getAttribute('title');
    const [from = 0, to = 0] = (spell?.match(/\d\d:\d\d:\d\d/g) ?? []).map(secondsOf);
    expect(spell).toMatch(/^healthy/);
    expect((to - from + DAY_SECONDS) % DAY_SECONDS).toBeLessThan(HOUR_MS / 2_000);
    client.resetAndDestroy();
  });

  it('is ended with all others that are marked, and with all that a filter means', async () => {
    const page = await open('connections?state=sniffing');
    const clients = await Promise.all([1, 2, 3, 4].map(() => dial(sluice.address('edge'))));
    const ends = clients.map(hear);
    await page.locator('#matched', { hasText: '4' }).waitFor();
    const boxes = page.locator('.virtual tbody input[type=checkbox]');
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.locator('button', { hasText: 'end 2 marked' }).click();
    await page.locator('dialog button', { hasText: 'end them' }).click();
    await page.locator('#matched', { hasText: '2' }).waitFor();
    await page.locator('button', { hasText: 'end by filter' }).click();
    await page.locator('dialog', { hasText: 'state sniffing' }).waitFor();
    await page.locator('dialog button', { hasText: 'end them' }).click();
    await page.locator('#matched', { hasText: '0' }).waitFor();
    expect((await Promise.all(ends)).map(({ end }) => end)).toEqual(Array(4).fill('ECONNRESET'));
  });
});
