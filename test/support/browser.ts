import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { later } from './cleanup.ts';
import { program } from './programs.ts';

/** Pictures of the page that tests have taken. */
const PICTURES = fileURLToPath(new URL('../../.artifacts/dashboard/', import.meta.url));
const VIEWPORT = { width: 1280, height: 900 };

/** A Chromium without a window; closed when the test, or the file, ends. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: program('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  later(() => browser.close());
  return browser;
}

/**
 * Opens a page; what the browser reports as an error (a script's, or what the page's policy forbids) fails the test that
 * opened it, when it ends. `isKnown` says of an error that it is meant to occur. `aheadMs`: so far the browser's clock is ahead.
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & {
    readonly isKnown?: (error: string) => boolean;
    readonly aheadMs?: number;
  } = {},
): Promise<Page> {
  const { isKnown = () => false, aheadMs = 0, ...others } = options;
  const context = await browser.newContext({ viewport: VIEWPORT, ...others });
  if (aheadMs !== 0) await context.addInitScript(clockAhead(aheadMs));
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  later(async () => {
    await context.close();
    expect(errors.filter((error) => !isKnown(error))).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** A script that puts the clock of the wall ahead, as a computer's that was never set. */
function clockAhead(ms: number): string {
  return `
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + ${ms}) : super(...given); }
      static now() { return Real.now() + ${ms}; }
    };
    Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + ${ms} });
  `;
}

/** Keeps a picture of what the page shows, as `.artifacts/dashboard/NAME.png`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
