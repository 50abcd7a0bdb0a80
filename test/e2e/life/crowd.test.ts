import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { peer, portOf, reportOf } from '../../support/peers.ts';
import { startSluice } from '../../support/sluice.ts';

function forward(port: number, more = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
admin: { listen: 127.0.0.1:0 }
${more}`;
}

describe('many at once', () => {
  test('4,000 connections are open at once, each echoing; when they have closed, every descriptor is back', async () => {
    const backend = peer('echo-backend.mjs');
    const sluice = await startSluice(forward(await portOf(backend)));
    const descriptors = sluice.fdCount();
    const crowd = peer('crowd.mjs', sluice.address().port, 4000, 200, 1);
    expect(await reportOf(crowd, 'served')).toEqual({ served: 4000, ends: {}, open: 4000 });
    expect(sluice.fdCount()).toBeGreaterThanOrEqual(descriptors + 8000);
    crowd.write('close\n');
    await reportOf(crowd, 'closed');
    const logs = await sluice.waitForClosed(4000);
    expect(logs.every((line) => line.reason === 'client-fin' && line.bytes_up === line.bytes_down)).toBe(
      true,
    );
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
  });

  test('with 256 descriptors and 1,000 clients the process lives, serves what it can, and recovers', async () => {
    const backend = peer('echo-backend.mjs');
    const sluice = await startSluice(forward(await portOf(backend)), { ulimitN: 256 });
    const descriptors = sluice.fdCount();
    const crowd = peer('crowd.mjs', sluice.address().port, 1000, 1000, 1);
    const during = await reportOf<{ served: number; ends: Record<string, number>; open: number }>(
      crowd,
      'served',
    );
    console.log(
      `of 1,000 clients ${during.served} were served, the rest ended by ${JSON.stringify(during.ends)}`,
    );
    expect(during.served).toBeGreaterThan(50);
    expect(during.served + Object.values(during.ends).reduce((a, b) => a + b, 0)).toBe(1000);
    expect(await sluice.waitForLog((line) => line.event === 'limit.reached')).toMatchObject({
      listener: 'edge',
    });
    expect(await (await fetch(`${sluice.admin}/healthz`)).text()).toContain('ok');
    crowd.write('close\n');
    await reportOf(crowd, 'closed');
    await eventually(() => sluice.fdCount() <= descriptors + 2, `descriptors to return to ${descriptors}`);
    const after = peer('crowd.mjs', sluice.address().port, 200, 10, 0);
    expect(await reportOf(after, 'served')).toEqual({ served: 200, ends: {}, open: 0 });
  });

  test('a limit that the descriptors cannot bear is not what stops it: those turned away are told and counted', async () => {
    const backend = peer('echo-backend.mjs');
    const config = forward(
      await portOf(backend),
      'limits: { connections: 5000 }\ntelemetry: { metrics: { prometheus: 127.0.0.1:0 } }',
    );
    const sluice = await startSluice(config, { ulimitN: 256 });
    const descriptors = sluice.fdCount();
    const crowd = peer('crowd.mjs', sluice.address().port, 1000, 1000, 1);
    const during = await reportOf<{ served: number; ends: Record<string, number> }>(crowd, 'served');
    expect(during.served).toBeGreaterThan(50);
    expect(await sluice.waitForLog((line) => line.event === 'limit.reached')).toMatchObject({
      limit: 'descriptors',
    });
    const turnedAway = await eventually(async () => {
      const count = (await sluice.scrape()).sum('sluice_limit_rejections_total', { limit: 'descriptors' });
      return count === 1000 - during.served && count;
    }, 'as many counted as were turned away');
    expect(during.ends).toEqual({ ECONNRESET: turnedAway });
    crowd.write('close\n');
    await reportOf(crowd, 'closed');
    await eventually(() => sluice.fdCount() <= descriptors + 2, `descriptors to return to ${descriptors}`);
  });
});
