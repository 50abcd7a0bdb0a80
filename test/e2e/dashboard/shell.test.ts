import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';

const CONFIG = `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [127.0.0.1:1], health: off } }
admin: { listen: 127.0.0.1:0 }
`;

describe('the dashboard in Chromium', () => {
  needs('chromium');
  let [sluice, browser] = [null as unknown as Sluice, null as unknown as Browser];
  beforeAll(async () => {
    [sluice, browser] = await Promise.all([startSluice(CONFIG), startBrowser()]);
  });

  it('shows that the service is ready, and each of its pages by its link', async () => {
    const page = await openPage(browser, `${sluice.admin}/`);
    await page.locator('#phase', { hasText: 'ready' }).waitFor();
    for (const name of await page.locator('nav a').allTextContents()) {
      await page.locator('nav a', { hasText: name }).click();
      await page.locator('nav a[aria-current=page]', { hasText: name }).waitFor();
    }
    await keepPicture(page, 'shell');
    expect(await page.locator('main').count()).toBe(1);
  });
});
