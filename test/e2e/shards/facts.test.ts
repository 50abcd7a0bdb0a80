import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { peer, portOf, reportOf } from '../../support/peers.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

const HOST = fileURLToPath(new URL('../../support/peers/failing-host.mjs', import.meta.url));
const CLIENTS = 30_000;

describe('a full ring of facts', () => {
  test('while control is held up clients are served; what is dropped is counted, and gauges and counters stay exact', async () => {
    const backend = peer('echo-backend.mjs');
    const sluice = await startSluice(
      `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${await portOf(backend)}], health: off } }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
admin: { listen: 127.0.0.1:0 }
workers: 2
timeouts: { hang: 0 }
`,
      { main: HOST, node: sharingNode() },
    );
    const release = join(tempDir(), 'release');
    sluice.child.write(`stall ${release}\n`);
    const crowd = peer('crowd.mjs', sluice.address().port, CLIENTS, 50, 0);
    expect(await reportOf(crowd, 'served')).toEqual({ served: CLIENTS, ends: {}, open: 0 });
    writeFileSync(release, '');
    const metrics = await eventually(async () => {
      const page = await sluice.scrape();
      return page.sum('sluice_closed_total') === CLIENTS && page;
    }, 'every end to be counted');
    expect(metrics.sum('sluice_accepted_total')).toBe(CLIENTS);
    expect(metrics.sum('sluice_connections')).toBe(0);
    expect(metrics.sum('sluice_backend_connections')).toBe(0);
    const dropped = metrics.sum('sluice_facts_dropped_total');
    expect(dropped, 'the ring was never full: nothing was shown').toBeGreaterThan(0);
    // Of each client there are two facts, its beginning and its end; a part of the ring is for ends alone.
    const kept = 2 * CLIENTS - dropped;
    const told = await eventually(() => {
      const closed = sluice.closedLogs().length;
      return closed > 0 && closed >= kept / 2 && closed;
    }, 'the log to be written');
    console.log(`${dropped} facts dropped, ${told} of ${CLIENTS} ends told`);
    expect(told).toBeLessThanOrEqual(CLIENTS);
  }, 120_000);
});
