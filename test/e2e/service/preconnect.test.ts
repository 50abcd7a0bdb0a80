import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Child } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { greet, greeter } from '../../support/greeter.ts';
import { start } from '../../support/process.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial } from '../../support/tcp.ts';

const ECHO = fileURLToPath(new URL('../../support/peers/echo-at.mjs', import.meta.url));
const GREETING = 'SSH-2.0-test\r\n';
const CLIENTS = 8;
/** Where the backend that ends and comes again has its port for itself. */
const HOST = '127.0.0.9';
/** That stand ready at each backend. */
const READY = 3;

async function echo(port = 0): Promise<{ readonly child: Child; readonly port: number }> {
  const child = start(process.execPath, [ECHO, HOST, String(port)]);
  return { child, port: JSON.parse(await child.waitForLine(/port/)).port };
}

function config(echoing: number, greeting: number, plane: string): string {
  const pool = (name: string, backend: string, more = ''): string =>
    `  ${name}: { backends: [${backend}], preconnect: { min_idle: ${READY}${more} } }`;
  const listeners = ['web', 'wary', 'greeted'].map(
    (pool) => `  - { name: ${pool}, listen: 127.0.0.1:0, to: ${pool}, sniff: { timeout: 20ms } }`,
  );
  return `
listeners:
${listeners.join('\n')}
pools:
${pool('web', `${HOST}:${echoing}`)}
${pool('wary', `127.0.0.1:${greeting}`)}
${pool('greeted', `127.0.0.1:${greeting}`, ', server_first: true')}
admin: { listen: 127.0.0.1:0 }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
workers: 1
plane: ${plane}
`;
}

async function metric(sluice: Sluice, pool: string, name: string, labels = {}): Promise<number> {
  return (await sluice.scrape()).sum(`sluice_preconnect_${name}`, { pool, ...labels });
}

async function refilled(sluice: Sluice, pool: string): Promise<void> {
  await eventually(async () => (await metric(sluice, pool, 'idle')) >= READY, `as many as before in ${pool}`);
}

async function idle(sluice: Sluice, pool: string, count: number): Promise<void> {
  const what = `${count} that stand ready in ${pool}`;
  await eventually(async () => (await metric(sluice, pool, 'idle')) === count, what);
}

/** A client that is echoed what it says, and ends. */
async function ask(sluice: Sluice, text: string): Promise<string> {
  const socket = await dial(sluice.address('web'));
  socket.end(text);
  let answer = '';
  for await (const data of socket) answer += String(data);
  return answer;
}

test.each(['linux', 'net'])(
  'connections made ahead are taken, die with their backend unseen by clients, and spare one that speaks first (%s plane)',
  async (plane) => {
    const [first, { port }] = await Promise.all([echo(), greeter(GREETING)]);
    const sluice = await startSluice(config(first.port, port, plane));
    for (let client = 0; client < CLIENTS; client++) {
      await idle(sluice, 'web', READY);
      expect(await ask(sluice, `hello ${client}`)).toBe(`hello ${client}`);
    }
    await idle(sluice, 'web', READY);
    expect(await metric(sluice, 'web', 'hits_total')).toBe(CLIENTS);
    expect(await metric(sluice, 'web', 'misses_total')).toBe(0);
    expect(await metric(sluice, 'web', 'saved_total')).toBeGreaterThan(0);

    first.child.signal('SIGKILL');
    await idle(sluice, 'web', 0);
    await echo(first.port);
    for (let client = 0; client < CLIENTS; client++)
      expect(await ask(sluice, `again ${client}`)).toBe(`again ${client}`);
    await refilled(sluice, 'web');
    expect(await metric(sluice, 'web', 'discarded_total', { cause: 'ended' })).toBe(READY);
    const closed = await sluice.waitForClosed(2 * CLIENTS, 'web');
    expect(new Set(closed.map(({ reason }) => reason))).toEqual(new Set(['client-fin']));

    expect((await greet(sluice.address('wary'))).by).toBe(GREETING);
    expect(await metric(sluice, 'wary', 'hits_total')).toBe(0);
    expect(sluice.logs.filter(({ event }) => event === 'preconnect.off')).toEqual([
      expect.objectContaining({ pool: 'wary', for_ms: 600_000 }),
    ]);
    expect((await greet(sluice.address('greeted'))).by).toBe(GREETING);
    expect(await metric(sluice, 'greeted', 'hits_total')).toBe(1);
  },
);
