import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Child } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { greet, greeter } from '../../support/greeter.ts';
import { start } from '../../support/process.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial } from '../../support/tcp.ts';

const ECHO = fileURLToPath(new URL('../../support/peers/echo-at.mjs', import.meta.url));
const CLIENTS = 20;

async function echo(port = 0): Promise<{ readonly child: Child; readonly port: number }> {
  const child = start(process.execPath, [ECHO, '127.0.0.1', String(port)]);
  return { child, port: JSON.parse(await child.waitForLine(/port/)).port };
}

function config(port: number, plane: string, serverFirst = false): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web, sniff: { timeout: 20ms } }]
pools:
  web:
    backends: [{ name: a, address: 127.0.0.1:${port} }]
    preconnect: { min_idle: 3, server_first: ${serverFirst} }
admin: { listen: 127.0.0.1:0 }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
workers: 1
plane: ${plane}
`;
}

async function metric(sluice: Sluice, name: string, labels: Record<string, string> = {}): Promise<number> {
  return (await sluice.scrape()).sum(`sluice_preconnect_${name}`, { backend: 'a', ...labels });
}

async function idle(sluice: Sluice, count: number): Promise<void> {
  await eventually(async () => (await metric(sluice, 'idle')) === count, `${count} that stand ready`);
}

/** A client that is echoed what it says, and ends. */
async function ask(sluice: Sluice, text: string): Promise<string> {
  const socket = await dial(sluice.address());
  socket.end(text);
  let answer = '';
  for await (const data of socket) answer += String(data);
  return answer;
}

describe.each(['linux', 'net'])('connections made ahead, on the %s plane', (plane) => {
  test('are taken by clients, die with their backend unseen by any client, and come back with it', async () => {
    const first = await echo();
    const sluice = await startSluice(config(first.port, plane));
    await idle(sluice, 3);
    for (let client = 0; client < CLIENTS; client++) {
      expect(await ask(sluice, `hello ${client}`)).toBe(`hello ${client}`);
      await idle(sluice, 3);
    }
    expect([await metric(sluice, 'hits_total'), await metric(sluice, 'misses_total')]).toEqual([CLIENTS, 0]);
    expect(await metric(sluice, 'saved_seconds_total')).toBeGreaterThan(0);

    first.child.signal('SIGKILL');
    await idle(sluice, 0);
    await echo(first.port);
    for (let client = 0; client < CLIENTS; client++)
      expect(await ask(sluice, `again ${client}`)).toBe(`again ${client}`);
    await idle(sluice, 3);
    expect(await metric(sluice, 'discarded_total', { cause: 'ended' })).toBe(3);
    const closed = await sluice.waitForClosed(2 * CLIENTS);
    expect(new Set(closed.map(({ reason }) => reason))).toEqual(new Set(['client-fin']));
    expect((await sluice.stop()).code).toBe(0);
  });

  test('to a backend that speaks first are given up, and kept with the greeting where that is allowed', async () => {
    const { port } = await greeter('SSH-2.0-test\r\n');
    const wary = await startSluice(config(port, plane));
    await wary.waitForLog(({ event, backend }) => event === 'preconnect.off' && backend === 'a');
    await idle(wary, 0);
    expect((await greet(wary.address())).by).toBe('SSH-2.0-test\r\n');

    const sluice = await startSluice(config(port, plane, true));
    await idle(sluice, 3);
    expect((await greet(sluice.address())).by).toBe('SSH-2.0-test\r\n');
    expect(await metric(sluice, 'hits_total')).toBe(1);
    expect(wary.logs.filter(({ event }) => event === 'preconnect.off')).toHaveLength(1);
  });
});
