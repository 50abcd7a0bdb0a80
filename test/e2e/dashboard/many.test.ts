import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVENTS_MAX } from '../../../dashboard/src/event-log.ts';
import type { AdminEvent } from '../../../src/core/admin-event.ts';
import type { ConnectionRow } from '../../../src/core/connection-query.ts';
import { startFront } from '../../support/admin-front.ts';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';

const BACKENDS = 600;
const POOLS = 200;

const all = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

const CONFIG = `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: large }]
pools:
  large: { health: off, backends: [${all(BACKENDS, (index) => `{ name: b${index}, address: 127.0.0.1:1 },`)}] }
${all(POOLS, (index) => `  pool-${index}: { health: off, backends: [127.0.0.1:1] }\n`)}
admin: { listen: 127.0.0.1:0 }
`;

const CONNECTIONS = 10_000;

function row(number: number): ConnectionRow {
  return {
    connection: number.toString(16).padStart(12, '0'),
    shard: 0,
    listener: 'edge',
    client: `10.0.${number >> 8}.${number & 255}:4000`,
    opened: Date.now() - 60_000,
    state: 'streaming',
    protocol: 'http1',
    route: 'edge/0',
    pool: 'large',
    backend: 'b0',
    bytesUp: number,
    bytesDown: 2 * number,
    rateUp: 10,
    rateDown: 20,
  };
}

/** Answers as `GET /v1/connections` does of so many connections, whose cursors are the number of the next one. */
function listOf(total: number, asked: string[]) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    asked.push(searchParams.get('cursor') ?? '0');
    const from = Number(searchParams.get('cursor') ?? 0);
    const end = Math.min(total, from + Number(searchParams.get('limit')));
    const connections = Array.from({ length: end - from }, (_, index) => row(from + index));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ matched: total, connections, next: end < total ? String(end) : null }));
  };
}

const EVENTS = 30_000;
const EVENTS_AT_ONCE = 100;
/** Between two writes: 10,000 events a second, where a service with a thousand is busy. */
const EVENTS_EVERY_MS = 10;

function eventText(id: number): string {
  const data: AdminEvent = {
    id,
    kind: 'entered',
    at: Date.now(),
    connection: id.toString(16).padStart(12, '0'),
    listener: 'edge',
    pool: null,
    backend: null,
    data: { state: 'streaming' },
  };
  return `id: ${id}\nevent: entered\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Streams events, the last of them when `mayEnd` says so, then says that some were dropped. */
function streamEvents(mayEnd: () => boolean) {
  return (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': events\n\n');
    let sent = 0;
    const timer = setInterval(() => {
      if (sent === EVENTS - EVENTS_AT_ONCE && !mayEnd()) return;
      const texts = Array.from({ length: EVENTS_AT_ONCE }, (_, index) => eventText(sent + index));
      sent += EVENTS_AT_ONCE;
      response.write(texts.join(''));
      if (sent < EVENTS) return;
      clearInterval(timer);
      response.write('event: dropped\ndata: {"count":12}\n\n');
    }, EVENTS_EVERY_MS);
    response.on('close', () => clearInterval(timer));
  };
}

/** Puts into `gaps` how many milliseconds each frame comes after the one before. */
const COUNT_FRAMES = `
  globalThis.gaps = [];
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  undefined;
`;

/** Frames that the page draws while `act` runs, and how many of them were late by more than `lateMs`. */
async function framesDuring(
  page: Page,
  act: () => Promise<void>,
  lateMs: number,
): Promise<{ all: number; late: number }> {
  await page.evaluate(COUNT_FRAMES);
  await act();
  const gaps = await page.evaluate<number[]>('gaps');
  return { all: gaps.length, late: gaps.filter((gap) => gap > lateMs).length };
}

describe('the page with very much to show', () => {
  needs('chromium');
  let [sluice, browser] = [null as unknown as Sluice, null as unknown as Browser];
  beforeAll(async () => {
    [sluice, browser] = await Promise.all([startSluice(CONFIG), startBrowser()]);
  });

  it('lists 10,000 connections: makes only rows in sight, goes to the last one, reads again only what is in sight', async () => {
    const asked: string[] = [];
    const url = await startFront(sluice.admin as string, { '/v1/connections': listOf(CONNECTIONS, asked) });
    const page = await openPage(browser, `${url}/#/connections`);
    await page.locator('#matched', { hasText: '10,000' }).waitFor();
    await page.locator('.virtual tbody tr', { hasText: '000000000000' }).waitFor();
    expect(await page.locator('.virtual tbody tr').count()).toBeLessThan(80);
    await keepPicture(page, 'connections-many');
    const asking = asked.length;
    await page.locator('.virtual').focus();
    await page.keyboard.press('End');
    await page.locator('.virtual tbody tr', { hasText: row(CONNECTIONS - 1).connection }).waitFor();
    expect(await page.locator('.virtual tbody tr').count()).toBeLessThan(80);
    const before = asked.length;
    expect(new Set(asked.slice(asking)).size).toBeLessThan(20);
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBeGreaterThan(before + 2);
    expect(new Set(asked.slice(before + 1))).toEqual(new Set(['9800']));
  });

  it('makes of a pool with 600 backends the rows in sight, the last one too, which can be weighed', async () => {
    const page = await openPage(browser, `${sluice.admin}/#/pools`);
    const list = page.getByRole('region', { name: 'backends of large' });
    await list.getByRole('row', { name: /^b0 / }).waitFor();
    expect(await list.getByRole('row').count()).toBeLessThan(60);
    await list.focus();
    await page.keyboard.press('End');
    const last = list.getByRole('row', { name: new RegExp(`^b${BACKENDS - 1} `) });
    await last.getByRole('button', { name: 'weight' }).click();
    await page.getByRole('spinbutton', { name: 'weight' }).fill('7');
    await keepPicture(page, 'pools-many-light');
    await page.getByRole('button', { name: 'set it' }).click();
    await last.getByText('weight 7').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await keepPicture(page, 'pools-many-dark');
  });

  it('makes and follows of 200 pools those in sight, and leads to any', async () => {
    const asked = new Set<string>();
    const page = await openPage(browser, `${sluice.admin}/#/overview`);
    page.on('request', (request) => {
      if (request.url().endsWith('/history')) asked.add(request.url());
    });
    await page.getByRole('row', { name: /^large/ }).waitFor();
    expect(await page.getByRole('row', { name: '127.0.0.1:1' }).count()).toBeLessThan(60);
    await page.goto(`${sluice.admin}/#/pools/pool-${POOLS - 1}`);
    const row = (index: number) =>
      page.getByRole('region', { name: `backends of pool-${index}`, exact: true }).getByRole('row');
    await row(POOLS - 1)
      .nth(1)
      .waitFor();
    expect(await row(100).count()).toBe(0);
    await page.goto(`${sluice.admin}/#/pools/pool-100`);
    await row(100).nth(1).waitFor();
    await expect.poll(() => [...asked].some((url) => url.endsWith('/pool-100/history'))).toBe(true);
    expect(asked.size).toBeLessThan(90);
    await keepPicture(page, 'pools-of-many-light');
  });

  it('shows 30,000 events in some seconds, keeps the last of them, says how many it does not, and answers meanwhile', async () => {
    let isPaused = false;
    const url = await startFront(sluice.admin as string, { '/v1/events': streamEvents(() => isPaused) });
    const page = await openPage(browser, `${url}/#/events?kind=entered`);
    await page.locator('#told', { hasText: /[1-9],\d+ came/ }).waitFor();
    const frames = await framesDuring(
      page,
      async () => {
        await page.locator('button', { hasText: 'pause' }).click();
        isPaused = true;
        await page.locator('#told', { hasText: 'new' }).waitFor();
        await page.locator('button', { hasText: 'go on' }).click();
        await page.locator('#told', { hasText: '30,000 came' }).waitFor();
      },
      250,
    );
    expect(frames.all).toBeGreaterThan(10);
    expect(frames.late / frames.all).toBeLessThan(0.2);
    await page.locator('#told', { hasText: '12 dropped by the service' }).waitFor();
    await page.locator('#told', { hasText: 'the last 5,000 are kept' }).waitFor();
    expect(await page.locator('.virtual table').getAttribute('aria-rowcount')).toBe(String(EVENTS_MAX + 1));
    expect(await page.locator('.virtual tbody tr').count()).toBeLessThan(80);
    await page
      .locator('.virtual tbody tr', { hasText: (EVENTS - 1).toString(16).padStart(12, '0') })
      .waitFor();
    await keepPicture(page, 'events-many');
  });
});
