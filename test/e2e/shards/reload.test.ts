import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { peer, portOf, reportOf, reports } from '../../support/peers.ts';
import { freePort } from '../../support/ports.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

const RELOADS = 1000;

interface LoadEnd {
  readonly short: number;
  readonly shortLost: Record<string, number>;
  readonly long: number;
  readonly longLost: readonly unknown[];
  readonly echoes: number;
}

/** Another configuration for each turn: backends, weights, limits, names and listeners come and go. */
function config(turn: number, edge: number, side: number, backends: readonly number[]): string {
  const chosen = turn % 3 === 0 ? backends : [backends[turn % backends.length]];
  const list = chosen.map(
    (port, i) => `{ name: b${port}, address: 127.0.0.1:${port}, weight: ${1 + ((turn + i) % 5)} }`,
  );
  const second = turn % 2 === 0 ? `\n  - { name: side, listen: 127.0.0.1:${side}, to: echo }` : '';
  return `
listeners:
  - { name: ${turn % 5 === 4 ? 'renamed' : 'edge'}, listen: 127.0.0.1:${edge}, to: echo, limits: { connections: ${1000 + (turn % 7)} } }${second}
pools:
  echo: { backends: [${list.join(', ')}], balance: ${turn % 4 < 2 ? 'round_robin' : 'least_connections'} }
timeouts: { idle: ${10 + (turn % 3)}m, drain: 10m }
workers: 4
telemetry: { access_log: { to: stdout } }
admin: { listen: 127.0.0.1:0 }
`;
}

describe('a reload', () => {
  test(`${RELOADS} times under load: no client is refused, reset or lost, and no byte`, async () => {
    const backends = await Promise.all([0, 1, 2].map(() => portOf(peer('echo-backend.mjs'))));
    const [edge, side] = [await freePort(), await freePort()];
    const file = join(tempDir(), 'proxy.yaml');
    const put = (turn: number): void => {
      writeFileSync(`${file}.new`, config(turn, edge, side, backends));
      renameSync(`${file}.new`, file);
    };
    put(0);
    const sluice = await startSluice(['run', file], { node: sharingNode() });
    const load = peer('mixed-load.mjs', edge, 30, 6);
    await eventually(
      () => reports<{ so?: { longOpen: number } }>(load).some(({ so }) => so?.longOpen === 30),
      'the load to be under way',
    );
    const descriptors = sluice.fdCount();
    for (let turn = 1; turn <= RELOADS; turn++) {
      put(turn);
      sluice.signal('SIGHUP');
      await reloads(sluice, turn);
    }
    load.write('end\n');
    const { end } = await reportOf<{ end: LoadEnd }>(load, 'end');
    console.log(
      `${RELOADS} reloads, ${end.short} short connections, ${end.echoes} echoes on ${end.long} long ones`,
    );
    expect({ shortLost: end.shortLost, longLost: end.longLost }).toEqual({ shortLost: {}, longLost: [] });
    expect(end.long, 'the long ones lived through all of it').toBe(30);
    expect(end.short).toBeGreaterThan(RELOADS / 2);
    expect(sluice.logs.filter(({ event }) => event === 'reload.failed' || event === 'shard.failed')).toEqual(
      [],
    );
    const closed = sluice.closedLogs();
    expect(closed.filter(({ reason }) => reason !== 'client-fin' && reason !== 'backend-fin')).toEqual([]);
    await eventually(() => sluice.fdCount() <= descriptors, 'descriptors to return');
    expect((await sluice.stop()).code).toBe(0);
  }, 300_000);
});

/** Resolves when as many reloads have been told. */
async function reloads(sluice: Sluice, count: number): Promise<void> {
  await sluice.child.waitFor(() => {
    const told = sluice.logs.filter(({ event }) => event === 'reloaded' || event === 'reload.failed');
    return told.length >= count ? true : undefined;
  }, `reload ${count}`);
}
