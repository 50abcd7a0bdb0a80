import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, serve } from '../../support/tcp.ts';

/** For how long a transfer is counted at a time, in milliseconds. */
const COUNTED_MS = 500;

describe('the page of toxics', () => {
  needs('chromium');
  let [sluice, browser] = [null as unknown as Sluice, null as unknown as Browser];
  beforeAll(async () => {
    const source = await serve((socket) => {
      const fill = () => {
        while (socket.writable && socket.write(BLOCK));
      };
      socket.on('drain', fill);
      fill();
    });
    const config = `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }, { name: database, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [127.0.0.1:${source.port}], health: off } }
admin: { listen: 127.0.0.1:0 }
`;
    [sluice, browser] = await Promise.all([startSluice(config), startBrowser()]);
  });

  it('slows a transfer that is under way by a slider, and lets it go when the stage is taken away', async () => {
    const client = await dial(sluice.address('edge'));
    let bytes = 0;
    client.on('data', (data) => {
      bytes += data.length;
    });
    const rate = async () => {
      const [from, since] = [bytes, performance.now()];
      await eventually(() => performance.now() - since > COUNTED_MS, 'the time that is counted');
      return (bytes - from) / (performance.now() - since);
    };
    await eventually(() => bytes > 1_000_000, 'the transfer');
    const page = await openPage(browser, `${sluice.admin}/#/toxics/edge`);
    await page.getByRole('button', { name: 'put in a stage' }).click();
    await page.locator('select[name=kind]').selectOption('bandwidth');
    await page.locator('.add').getByLabel('down', { exact: true }).fill('900MiB/s');
    await page.getByRole('button', { name: 'put it in' }).click();
    const card = page.getByRole('article', { name: 'stage bandwidth' });
    await card.waitFor();
    await page.getByRole('button', { name: 'no other stage' }).click();
    const before = await rate();
    const slider = card.getByRole('slider', { name: /^down/ });
    await slider.focus();
    await page.keyboard.press('Home');
    await eventually(
      async () => (await downOf(sluice)) === 1024,
      'the stage to have the value of the slider',
    );
    // What is in the kernel's buffers already comes at its own pace.
    await eventually(async () => (await rate()) < before / 10, 'the transfer to be slowed');
    await keepPicture(page, 'toxics-light');
    await card.getByRole('button', { name: 'take it away' }).click();
    await page.getByText('No stage was put in').waitFor();
    await eventually(async () => (await rate()) > before / 10, 'the transfer to go on');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('button', { name: 'put in a stage' }).click();
    await keepPicture(page, 'toxics-dark');
  });

  it('says in the words of the service what is wrong with a stage', async () => {
    const page = await openPage(browser, `${sluice.admin}/#/toxics/database`, {
      isKnown: (error) => error.includes('422'),
    });
    await page.getByRole('button', { name: 'put in a stage' }).click();
    const down = page.locator('.add').getByLabel('down', { exact: true });
    await down.pressSequentially('5 parsecs');
    await page.waitForResponse(/\/v1\/status/);
    await page.waitForResponse(/\/v1\/status/);
    expect(await down.inputValue()).toBe('5 parsecs');
    await page.getByRole('button', { name: 'put it in' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('"5 parsecs" is not a duration');
  });
});

const BLOCK = Buffer.alloc(256 * 1024, 'z');

/** Bytes a second that the only stage of the listener lets down. */
async function downOf({ admin }: Sluice): Promise<number | undefined> {
  const { stages } = (await (await fetch(`${admin}/v1/listeners/edge/stages`)).json()) as {
    stages: { stage: { down: number } }[];
  };
  return stages[0]?.stage.down;
}
