import type { Socket } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepPicture, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

/** What the backend answers each byte with. */
const ANSWER = Buffer.alloc(1000, 'y');

describe('the page of a connection', () => {
  needs('chromium');
  let [sluice, browser] = [null as unknown as Sluice, null as unknown as Browser];
  beforeAll(async () => {
    const backend = await serve((socket) => {
      socket.on('data', (data) => {
        for (const _ of data) socket.write(ANSWER);
      });
    });
    const config = `
listeners:
  - name: edge
    listen: 127.0.0.1:0
    routes:
      - { name: shell, match: { protocol: ssh }, to: web }
      - { name: rest, to: web, stages: [rate_limit: { down: 1GiB/s }] }
pools:
  web:
    connect: { retries: 2 }
    backends:
      - { address: 127.0.0.1:1, name: away, weight: 200 }
      - { address: 127.0.0.1:${backend.port}, name: here }
    health: off
admin: { listen: 127.0.0.1:0, trace_url: 'http://127.0.0.1:16686/trace/{trace_id}' }
`;
    [sluice, browser] = await Promise.all([startSluice(config), startBrowser()]);
  });

  /** The id of a client's connection, as soon as it is listed; those of other tests may be there as well. */
  function idOf({ localAddress, localPort }: Socket): Promise<string> {
    return eventually(async () => {
      const answer = await fetch(`${sluice.admin}/v1/connections?limit=1000`);
      const { connections } = (await answer.json()) as {
        connections: { connection: string; client: string }[];
      };
      const own = connections.find(({ client }) => client === `${localAddress}:${localPort}`);
      return own?.connection;
    }, 'the connection in the list');
  }

  /** A client that has sent this, its connection's id, and its page. */
  async function looked(
    sent: string,
    theme: 'light' | 'dark' = 'light',
  ): Promise<{ client: Socket; id: string; page: Page }> {
    const client = await dial(sluice.address());
    client.resume();
    await write(client, Buffer.from(sent));
    const page = await openPage(browser, `${sluice.admin}/`, {
      colorScheme: theme,
      isKnown: (error) => error.includes('404'),
    });
    const id = await idOf(client);
    await page.goto(`${sluice.admin}/#/connections/${id}`);
    return { client, id, page };
  }

  it('shows its states, the attempts to reach a backend, its bytes and its trace, as they are now', async () => {
    const { client, id, page } = await looked('x'.repeat(20));
    await page.locator('.title .pill', { hasText: 'streaming' }).waitFor();
    const names = page.locator('.waterfall .name');
    for (const state of ['accepting', 'sniffing', 'routing', 'dialing', 'streaming'])
      await names.getByText(state, { exact: true }).first().waitFor();
    await names.getByText('here', { exact: true }).waitFor();
    await page.locator('.facts', { hasText: '19.5 KiB' }).waitFor();
    await write(client, Buffer.alloc(30, 'x'));
    await page.locator('.facts', { hasText: '48.8 KiB' }).waitFor();
    const trace = await page.locator('.facts a').getAttribute('href');
    expect(trace).toMatch(/^http:\/\/127\.0\.0\.1:16686\/trace\/[0-9a-f]{32}$/);
    await page.locator('tr', { hasText: 'rate_limit' }).waitFor();
    await keepPicture(page, 'connection-light');
    expect(await page.locator('.title').textContent()).toContain(id);
  });

  it('ends it by the button, after a question, and says so', async () => {
    const { client, page } = await looked('x', 'dark');
    const ended = hear(client);
    await page.getByRole('button', { name: 'end it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'leave it' }).click();
    await page.locator('.title .pill', { hasText: 'streaming' }).waitFor();
    await page.getByRole('button', { name: 'end it' }).click();
    await keepPicture(page, 'connection-question-dark');
    await page.getByRole('dialog').getByRole('button', { name: 'end it' }).click();
    expect((await ended).end).toBe('ECONNRESET');
    await page.locator('.ending', { hasText: 'killed' }).waitFor();
    await keepPicture(page, 'connection-ended-dark');
    await page.goto(`${sluice.admin}/#/connections/00ffffffffff`);
    await page.getByText('There is no such connection, or no more.').waitFor();
  });
});
