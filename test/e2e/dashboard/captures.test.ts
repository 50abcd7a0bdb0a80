import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { sha256 } from '../../support/payload.ts';
import { needs } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, serve, write } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { expectFaultless, type Followed, followAll } from '../capture/tshark.ts';

const SENT = Buffer.alloc(50_000, 'a');

needs('chromium', 'tshark');

it('captures taken by the page, of a listener and of a connection, are files that tshark reads, with what has passed meanwhile', async () => {
  const backend = await serve((socket) => socket.pipe(socket));
  const [sluice, browser] = await Promise.all([
    startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [127.0.0.1:${backend.port}], health: off } }
admin: { listen: 127.0.0.1:0 }
`),
    startBrowser(),
  ]);
  const page = await openPage(browser, `${sluice.admin}/#/captures`, {
    colorScheme: 'dark',
    isKnown: (error) => error.includes('404'),
  });
  await page.getByLabel('for, at most 1h').fill('10m');
  await page.getByRole('button', { name: 'capture', exact: true }).click();
  await page.locator('tr', { hasText: 'this page' }).waitFor();
  const client = await dial(sluice.address());
  // By where it goes to: the port that the client has may be Sluice's own towards the backend, too.
  const isNear = ({ answerer }: Followed) => answerer.endsWith(`:${sluice.address().port}`);
  let back = 0;
  client.on('data', (data) => {
    back += data.length;
  });
  await write(client, SENT);
  await eventually(() => back === SENT.length, 'the answer');
  await keepPicture(page, 'captures-dark');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'stop and save' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^sluice-edge-\d{8}T\d{6}\.pcapng$/);
  const file = join(tempDir(), 'page.pcapng');
  await download.saveAs(file);
  await expectFaultless(file);
  const own = (await followAll(file)).find(isNear);
  expect([own?.sent.sha256, own?.received.sha256]).toEqual([sha256(SENT), sha256(SENT)]);
  await page.getByRole('link', { name: /^save sluice-edge/ }).waitFor();
  await page.locator('.takings', { hasText: 'it was ended' }).waitFor();
  await page.emulateMedia({ colorScheme: 'light' });
  await keepPicture(page, 'captures-light');

  const { connections } = (await (await fetch(`${sluice.admin}/v1/connections`)).json()) as {
    connections: { connection: string }[];
  };
  const id = connections[0]?.connection ?? '';
  await page.goto(`${sluice.admin}/#/connections/${id}`);
  await page.getByRole('button', { name: 'capture' }).click();
  await page.getByRole('form', { name: 'another capture' }).getByRole('button', { name: 'capture' }).click();
  await page.getByRole('button', { name: 'stop and save' }).and(page.locator(':enabled')).waitFor();
  await write(client, SENT);
  await eventually(() => back === 2 * SENT.length, 'the second answer');
  const [second] = await Promise.all([page.waitForEvent('download'), client.end()]);
  expect(second.suggestedFilename()).toContain(`sluice-${id}-`);
  await second.saveAs(file);
  const near = (await followAll(file)).find(isNear);
  expect(near?.sent.sha256).toBe(sha256(SENT));
  await page.locator('.takings', { hasText: 'connection is no more' }).waitFor();
  await page.locator('.ending', { hasText: 'client-fin' }).waitFor();
});
