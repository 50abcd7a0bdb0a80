import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { later } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { greet, greeter, greetings } from '../../support/greeter.ts';
import { PLACEMENTS, type Placement } from '../../support/placements.ts';
import { freePort } from '../../support/ports.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { fileWith } from '../cli/files.ts';
import { deaf } from './deaf.ts';

/** Clients that follow a reload at once. */
const CLIENTS = 20;

function config(
  backends: readonly number[],
  { workers }: Placement,
  { more = 'idle: 1h', interval = '1h' } = {},
): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web:
    backends: [${backends.map((port) => `127.0.0.1:${port}`).join(', ')}]
    health: { interval: ${interval}, timeout: 1s, rise: 2, fall: 3 }
    connect: { retries: 0, timeout: 10s }
timeouts: { ${more} }
workers: ${workers}
`;
}

async function running(placement: Placement, backends: readonly number[], interval = '1h') {
  const file = fileWith(config(backends, placement, { interval }));
  const sluice = await startSluice(['run', file], { node: placement.node() });
  const hangUp = (text: string): void => {
    writeFileSync(file, text);
    sluice.signal('SIGHUP');
  };
  return { sluice, hangUp };
}

/** Each of them is served by `a`, at the first attempt. */
async function allBy(sluice: Sluice, before: number): Promise<void> {
  expect(new Set(await greetings(sluice.address(), CLIENTS))).toEqual(new Set(['a']));
  const closed = await sluice.waitForClosed(before + CLIENTS);
  expect(closed.filter(({ reason }) => reason !== 'client-fin')).toEqual([]);
}

describe.each(PLACEMENTS)('health over a reload, shards $where', (placement) => {
  test('a backend that is known to be unhealthy gets nobody right after a reload that keeps it', async () => {
    const a = await greeter('a');
    const dead = await freePort();
    const { sluice, hangUp } = await running(placement, [a.port, dead]);
    expect(await sluice.waitForEvent('backend.unhealthy')).toMatchObject({ backend: `127.0.0.1:${dead}` });
    await allBy(sluice, 0);
    // It is back, so that only what was known before the reload keeps clients away: `rise` is 2.
    const back = createServer((socket) => socket.on('error', () => {}).end('back'));
    later(() => void back.close());
    await new Promise<void>((resolve) => back.listen(dead, '127.0.0.1', resolve));
    hangUp(config([a.port, dead], placement, { more: 'idle: 2h' }));
    await sluice.waitForEvent('reloaded', 1);
    await allBy(sluice, CLIENTS);
    const c = await greeter('a');
    hangUp(config([a.port, dead, c.port], placement, { more: 'idle: 2h' }));
    await sluice.waitForEvent('reloaded', 2);
    await allBy(sluice, 2 * CLIENTS);
    const told = sluice.logs.filter(({ event }) => event === 'backend.unhealthy');
    expect(told, 'it is told once').toHaveLength(1);
  });

  test('a new backend that does not answer is probed first: no client of the new plan is sent there', async () => {
    const a = await greeter('a');
    const silent = await deaf();
    const { sluice, hangUp } = await running(placement, [a.port]);
    hangUp(config([a.port, silent], placement));
    let before = 0;
    await eventually(async () => {
      const { socket, by } = await greet(sluice.address());
      socket.end();
      before++;
      expect(by).toBe('a');
      return sluice.logs.some(({ event }) => event === 'reloaded');
    }, 'the reload');
    await allBy(sluice, before);
    const events = sluice.logs.map(({ event }) => event);
    expect(events).toContain('backend.unhealthy');
    expect(events.indexOf('backend.unhealthy')).toBeLessThan(events.indexOf('reloaded'));
  });

  test('a reload that fails leaves backends probed as before', async () => {
    const a = await greeter('a');
    const leaving = await serve((socket) => socket.end());
    const taken = await serve(() => {});
    const interval = '100ms';
    const { sluice, hangUp } = await running(placement, [a.port, leaving.port], interval);
    const more = `{ name: taken, listen: 127.0.0.1:${taken.port}, to: web }`;
    hangUp(config([a.port], placement, { interval }).replace('}]', `}, ${more}]`));
    expect(String((await sluice.waitForEvent('reload.failed'))['message'])).toContain('EADDRINUSE');
    leaving.server.close();
    expect(await sluice.waitForEvent('backend.unhealthy')).toMatchObject({
      backend: `127.0.0.1:${leaving.port}`,
    });
  });
});
