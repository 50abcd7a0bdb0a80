import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

const config = (port: number): string => `
listeners:
  - { name: edge, listen: 127.0.0.1:0, to: web }
  - { name: other, listen: 127.0.0.1:0, to: gone }
pools:
  web: { backends: [{ name: echo, address: 127.0.0.1:${port} }], health: { interval: 200ms } }
  gone: { backends: [{ name: nobody, address: 127.0.0.1:1 }], health: { interval: 200ms } }
admin: { listen: 127.0.0.1:0 }
`;

describe('the overview of the page', () => {
  needs('chromium');
  let [sluice, browser] = [null as unknown as Sluice, null as unknown as Browser];
  beforeAll(async () => {
    const { port } = await serve((socket) => socket.on('data', (data) => socket.write(data)));
    [sluice, browser] = await Promise.all([startSluice(config(port)), startBrowser()]);
  });

  it('tells of listeners, backends and ends as they are, and of rates as they become', async () => {
    const page = await openPage(browser, `${sluice.admin}/`);
    await page.locator('.plot', { hasText: 'open 0' }).waitFor();
    const client = await dial(sluice.address('edge'));
    await write(client, Buffer.alloc(50_000));
    const refused = await dial(sluice.address('other'));
    await hear(refused);
    const row = (name: string) => page.locator('tr', { has: page.locator('a', { hasText: name }) }).first();
    await row('edge').locator('a', { hasText: 'streaming 1' }).waitFor();
    await row('edge').locator('td', { hasText: '48.8 KiB' }).first().waitFor();
    await row('echo').locator('td', { hasText: 'healthy' }).waitFor();
    await row('nobody').locator('td', { hasText: 'unhealthy' }).waitFor();
    await row('other').locator('small', { hasText: '1 bad' }).waitFor();
    await page.locator('.plot', { hasText: 'open 1' }).waitFor();
    await page.locator('.bars dt', { hasText: 'no-backend' }).waitFor();
    await page.locator('select', { hasText: 'in total' }).selectOption('by pool');
    await page.locator('.plot', { hasText: 'web 1' }).waitFor();
    await keepPicture(page, 'overview-by-pool');
  });

  it('drains a listener, whose connections live on and whose new clients are refused, and resumes it', async () => {
    const page = await openPage(browser, `${sluice.admin}/`);
    const client = await dial(sluice.address('edge'));
    await page.locator('button', { hasText: 'drain edge' }).click();
    await page.locator('dialog button', { hasText: 'drain it' }).click();
    await page.locator('tr', { hasText: 'edge' }).locator('td', { hasText: 'draining' }).waitFor();
    // The page shows what is wanted, which shards come to a moment later.
    const refused = await eventually(
      () =>
        dial(sluice.address('edge')).then(
          () => false,
          (error: NodeJS.ErrnoException) => error.code,
        ),
      'new clients to be refused',
    );
    expect(refused).toBe('ECONNREFUSED');
    const echoed = new Promise<Buffer>((resolve) => client.once('data', resolve));
    await write(client, Buffer.from('still here'));
    expect((await echoed).toString()).toBe('still here');
    await page.locator('button', { hasText: 'resume edge' }).click();
    await page.locator('tr', { hasText: 'edge' }).locator('td', { hasText: 'accepting' }).waitFor();
    await eventually(
      () =>
        dial(sluice.address('edge')).then(
          () => true,
          () => false,
        ),
      'new clients to be accepted',
    );
  });
});
