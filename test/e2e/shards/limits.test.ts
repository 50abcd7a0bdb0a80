import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { peer, portOf, reportOf, reports } from '../../support/peers.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';

/** Clients in all, over all cases. */
const CLIENTS = 100_000;
const AT_ONCE = 60;

/** Limits set low, one at a time, and what a backend may ever see at once under each. */
const CASES = [
  { name: 'limits.connections of the process', most: 9, process: 'limits: { connections: 9 }' },
  { name: 'connections of the listener', most: 7, listener: 'limits: { connections: 7 }' },
  {
    name: 'connections of the listener, the others waiting',
    most: 8,
    listener: 'limits: { connections: 8, on_limit: wait }',
  },
  { name: 'connections_per_ip', most: 6, listener: 'limits: { connections_per_ip: 6 }' },
  {
    name: 'max_connections of the backend',
    most: 5,
    backend: 'max_connections: 5',
    pool: 'balance: least_connections,',
  },
] as const;

type Case = (typeof CASES)[number] & { process?: string; listener?: string; backend?: string; pool?: string };

function config(port: number, { process = '', listener = '', backend = '', pool = '' }: Case): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only, ${listener} }]
pools: { only: { ${pool} connect: { retries: 0 }, backends: [{ address: 127.0.0.1:${port}, ${backend} }], health: off } }
${process}
admin: { listen: 127.0.0.1:0 }
telemetry: { access_log: { to: stderr }, metrics: { prometheus: 127.0.0.1:0 } }
workers: 4
`;
}

describe('limits over four shards', () => {
  test.each(CASES)(
    `${CLIENTS / CASES.length} clients meet $name: never more than $most at once, and nothing stays reserved`,
    async (limit) => {
      const backend = peer('counting-backend.mjs');
      const text = config(await portOf(backend), limit).replace('to: stderr', 'to: "off"');
      const sluice = await startSluice(text, { node: sharingNode() });
      const crowd = peer('crowd.mjs', sluice.address().port, CLIENTS / CASES.length, AT_ONCE, 0);
      const seen = await crowd.waitFor(
        () => reports<{ served: number; ends: Record<string, number> }>(crowd)[0],
        'every client to be through',
        120_000,
      );
      backend.write('done\n');
      const { most, served } = await reportOf<{ most: number; served: number }>(backend, 'phase');
      console.log(`${limit.name}: at most ${most} at once, ${served} served, ${JSON.stringify(seen.ends)}`);
      expect(most).toBe(limit.most);
      expect(seen.served).toBeGreaterThan(0);
      expect(Object.keys(seen.ends).filter((end) => end !== 'ECONNRESET')).toEqual([]);
      await nothingIsReserved(sluice);
      const again = peer('crowd.mjs', sluice.address().port, 200, 2, 0);
      expect(await reportOf(again, 'served')).toEqual({ served: 200, ends: {}, open: 0 });
    },
    180_000,
  );
});

async function nothingIsReserved(sluice: Sluice): Promise<void> {
  await eventually(async () => {
    const status = (await (await fetch(`${sluice.admin}/v1/status`)).json()) as { connections: number };
    return status.connections === 0;
  }, 'all connections to end');
  const metrics = await sluice.scrape();
  expect(metrics.sum('sluice_backend_connections')).toBe(0);
  expect(metrics.sum('sluice_connections')).toBe(0);
  expect(metrics.sum('sluice_accepted_total')).toBe(metrics.sum('sluice_closed_total'));
}
