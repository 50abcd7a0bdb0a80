import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PAGES } from '../../../dashboard/src/routing.ts';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, serve, write } from '../../support/tcp.ts';

const config = (port: number): string => `
listeners:
  - { name: edge, listen: 127.0.0.1:0, to: web }
  - { name: other, listen: 127.0.0.1:0, to: gone }
pools:
  web: { backends: [127.0.0.1:${port}, { name: spare, address: 127.0.0.1:1, backup: true }] }
  gone: { backends: [127.0.0.1:1] }
admin: { listen: 127.0.0.1:0 }
`;

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 380, height: 800 };

/** What axe finds wrong: the rule, and where. `rules`: those alone. */
async function faults(page: Page, rules: readonly string[] | null): Promise<string[]> {
  await page.evaluate(axe.source);
  const options = { resultTypes: ['violations'], ...(rules === null ? {} : { runOnly: rules }) };
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

describe('every page of the dashboard', () => {
  needs('chromium');
  let [sluice, browser] = [null as unknown as Sluice, null as unknown as Browser];
  const places: string[] = [...PAGES];
  beforeAll(async () => {
    const { port } = await serve((socket) => socket.on('data', (data) => socket.write(data)));
    [sluice, browser] = await Promise.all([startSluice(config(port)), startBrowser()]);
    const client = await dial(sluice.address('edge'));
    await write(client, Buffer.alloc(100_000));
    await dial(sluice.address('other'));
    const id = await eventually(async () => {
      const found = await fetch(`${sluice.admin}/v1/connections?listener=edge&state=streaming`);
      const { connections } = (await found.json()) as { connections: { connection: string }[] };
      return connections[0]?.connection;
    }, 'a connection that is streaming');
    places.push(`connections/${id}`, 'chart?state=streaming');
  });

  const show = async (page: Page, place: string): Promise<void> => {
    await page.goto(`${sluice.admin}/#/${place}`);
    await page.locator('#phase', { hasText: 'ready' }).waitFor();
    await page.locator('main h2').first().waitFor();
  };

  it('has no fault that axe finds, enough contrast in the dark too, and is no wider than a narrow window', async () => {
    const page = await openPage(browser, `${sluice.admin}/`, { colorScheme: 'light' });
    const found: string[] = [];
    for (const place of places) {
      const name = place.replace(/\W+/g, '-');
      await show(page, place);
      found.push(...(await faults(page, null)).map((fault) => `${place}: ${fault}`));
      await keepPicture(page, `${name}-light`);
      await page.emulateMedia({ colorScheme: 'dark' });
      found.push(
        ...(await faults(page, ['color-contrast'])).map((fault) => `${place} in the dark: ${fault}`),
      );
      await keepPicture(page, `${name}-dark`);
      await page.setViewportSize(NARROW);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      if (width !== NARROW.width) found.push(`${place}: is ${width} wide`);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize(WIDE);
    }
    expect(found).toEqual([]);
  });
});
