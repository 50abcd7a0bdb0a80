import { expect, it } from 'vitest';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { greeter, greetings } from '../../support/greeter.ts';
import { needs } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';

needs('chromium');

it('the page of pools drains a backend by its button, weighs another by its slider, and makes both as configured again', async () => {
  const [a, b] = await Promise.all([greeter('a'), greeter('b')]);
  const [sluice, browser] = await Promise.all([
    startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web:
    backends: [{ address: 127.0.0.1:${a.port}, name: a }, { address: 127.0.0.1:${b.port}, name: b }]
    health: off
  idle: { backends: [127.0.0.1:1], health: { interval: 1s, fall: 1 } }
admin: { listen: 127.0.0.1:0 }
`),
    startBrowser(),
  ]);
  const asked = async (count: number) => new Set(await greetings(sluice.address(), count));
  // Each shard takes turns by itself.
  await eventually(async () => (await asked(4)).size === 2, 'both to serve');
  const page = await openPage(browser, `${sluice.admin}/#/pools/web`);
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name} `) });
  await row('a').getByRole('button', { name: 'drain' }).click();
  await keepPicture(page, 'pools-question-light');
  await page.getByRole('dialog').getByRole('button', { name: 'drain' }).click();
  await row('a')
    .getByText(/^drain$/)
    .nth(0)
    .waitFor();
  await eventually(async () => (await asked(4)).has('a') === false, 'new connections to go to b alone');
  await row('a').getByRole('button', { name: 'ready' }).click();
  await eventually(async () => (await asked(4)).has('a'), 'new connections to go to a again');

  await row('b').getByRole('button', { name: 'weight' }).click();
  await page.getByRole('slider', { name: 'weight of b' }).focus();
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'set it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'give weight 0' }).click();
  await row('b').getByText('weight 0').waitFor();
  expect(await asked(4)).toEqual(new Set(['a']));
  await page.emulateMedia({ colorScheme: 'dark' });
  await keepPicture(page, 'pools-dark');
  await row('b').getByRole('button', { name: 'weight' }).click();
  await page.getByRole('button', { name: 'as configured: 1' }).click();
  await eventually(async () => (await asked(4)).has('b'), 'new connections to go to b again');
});
