import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { ClosedLog, LogLine } from '../../support/logs.ts';
import { peer, portOf, reportOf, reports } from '../../support/peers.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear } from '../../support/tcp.ts';

const HOST = fileURLToPath(new URL('../../support/peers/failing-host.mjs', import.meta.url));
const FAILURES = 50;
const SHARDS = 4;
const WAYS = ['throw', 'exit', 'hang'] as const;
const CAUSES = { throw: 'threw', exit: 'exited', hang: 'hung' } as const;

interface LoadEnd {
  readonly short: number;
  readonly shortLost: Record<string, number>;
  readonly long: number;
  readonly longLost: readonly { readonly client: string; readonly how: string; readonly served: boolean }[];
}

interface Status {
  readonly connections: number;
  readonly shards: readonly {
    readonly state: string;
    readonly generation: number;
    readonly connections: number;
  }[];
  readonly listeners: readonly { readonly connections: Record<string, number>; readonly accepted: number }[];
  readonly pools: readonly {
    readonly backends: readonly { readonly active: number; readonly connecting: number }[];
  }[];
}

function config(port: number): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo, limits: { connections: 500, connections_per_ip: 400 } }]
pools: { echo: { backends: [{ address: 127.0.0.1:${port}, max_connections: 450 }], health: off, balance: least_connections } }
timeouts: { hang: 1s }
admin: { listen: 127.0.0.1:0 }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
workers: ${SHARDS}
`;
}

describe('a shard that dies', () => {
  test(`${FAILURES} times under load: its connections end and no others, and nothing of it is left`, async () => {
    const backend = peer('echo-backend.mjs');
    const sluice = await startSluice(config(await portOf(backend)), { main: HOST, node: sharingNode() });
    const descriptors = sluice.fdCount();
    const load = peer('mixed-load.mjs', sluice.address().port, 40, 8);
    await eventually(
      () => reports<{ so?: { longOpen: number } }>(load).some(({ so }) => so?.longOpen === 40),
      'the load to be under way',
    );
    let slowestMs = 0;
    for (let i = 0; i < FAILURES; i++) {
      const how = WAYS[i % WAYS.length] as (typeof WAYS)[number];
      slowestMs = Math.max(slowestMs, await failOnce(sluice, i % SHARDS, how, i));
    }
    console.log(`a new client was served at most ${Math.round(slowestMs)} ms after a shard had died`);

    load.write('end\n');
    const { end } = await reportOf<{ end: LoadEnd }>(load, 'end');
    console.log(
      `${end.short} short and ${end.long} long connections were served; ${JSON.stringify(end.shortLost)}`,
    );
    await eventually(async () => (await statusOf(sluice)).connections === 0, 'all connections to end');
    await onlyItsOwnEnded(sluice, end);
    await nothingIsHeld(sluice);
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
    expect((await sluice.stop()).code).toBe(0);
  }, 240_000);
});

/** Lets a shard fail, and returns how long after its death a new client was served. */
async function failOnce(
  sluice: Sluice,
  shard: number,
  how: (typeof WAYS)[number],
  before: number,
): Promise<number> {
  sluice.child.write(`${how} ${shard}\n`);
  const failed = await nth(sluice, 'shard.failed', before);
  const died = performance.now();
  expect(failed).toMatchObject({ shard, cause: CAUSES[how] });
  const client = await dialUntil(sluice);
  const heard = hear(client);
  client.end('still there?');
  expect(await heard).toMatchObject({ bytes: 12, end: 'fin' });
  const served = performance.now() - died;
  await nth(sluice, 'shard.restarted', before);
  return served;
}

/** A client that is served; one that waits in the queue of a shard as it dies is reset by the kernel, and comes again. */
async function dialUntil(sluice: Sluice) {
  return eventually(async () => {
    try {
      const socket = await dial(sluice.address());
      return socket.errored === null && socket;
    } catch {
      return false;
    }
  }, 'a client to be let in');
}

async function nth(sluice: Sluice, event: string, index: number): Promise<LogLine> {
  return eventually(
    () => sluice.logs.filter((line) => line.event === event)[index],
    `${event} number ${index}`,
  );
}

async function statusOf(sluice: Sluice): Promise<Status> {
  return (await (await fetch(`${sluice.admin}/v1/status`)).json()) as Status;
}

/** What the log, the metrics and the clients say of who was lost. */
async function onlyItsOwnEnded(sluice: Sluice, end: LoadEnd): Promise<void> {
  const metrics = await sluice.scrape();
  const closed = await sluice.waitForClosed(metrics.sum('sluice_accepted_total'));
  const lost = closed.filter(({ reason }) => reason === 'shard-failed');
  const failed = sluice.logs.filter(({ event }) => event === 'shard.failed');
  const dead = new Set(failed.map(({ shard, generation }) => idPrefix(Number(shard), Number(generation))));
  expect(dead.size, 'each failure is of another shard or generation').toBe(FAILURES);
  const strangers = lost.filter(({ connection }) => !dead.has(connection.slice(0, 4)));
  expect(strangers, 'connections of shards that did not fail').toEqual([]);
  expect(failed.reduce((sum, { connections }) => sum + Number(connections), 0)).toBe(lost.length);

  const lostClients = new Set(lost.map((line) => clientOf(line)));
  const unexplained = end.longLost.filter(({ client, served }) => served && !lostClients.has(client));
  expect(unexplained, 'served connections that were lost and not reported').toEqual([]);
  expect(end.longLost.length).toBeGreaterThan(FAILURES);
  const causes = new Map(
    failed.map(({ shard, generation, cause }) => [idPrefix(Number(shard), Number(generation)), cause]),
  );
  const finished = end.longLost
    .filter(({ how }) => how !== 'ECONNRESET')
    .map(({ client, how }) => {
      const line = lost.find((closed) => clientOf(closed) === client);
      return `${how}, on a shard that ${causes.get(line?.connection.slice(0, 4) ?? '')}`;
    });
  expect(finished, 'a stream that is cut never looks finished').toEqual([]);
  expect(Object.keys(end.shortLost).filter((how) => how !== 'ECONNRESET')).toEqual([]);
  const served = new Set(closed.map(({ connection }) => connection.slice(0, 2)));
  expect([...served].sort(), 'each shard has served').toEqual(['00', '01', '02', '03']);

  const others = closed.filter(({ reason }) => reason !== 'shard-failed');
  expect(others.filter(({ reason }) => reason !== 'client-fin' && reason !== 'backend-fin')).toEqual([]);
  expect(metrics.sum('sluice_accepted_total')).toBe(closed.length);
  expect(metrics.sum('sluice_closed_total', { reason: 'shard-failed' })).toBe(lost.length);
}

function clientOf(line: ClosedLog): string {
  return String(line['client']);
}

/** Shard and generation, as connection ids begin with them. */
function idPrefix(shard: number, generation: number): string {
  return (shard * 256 + generation).toString(16).padStart(4, '0');
}

async function nothingIsHeld(sluice: Sluice): Promise<void> {
  const status = await statusOf(sluice);
  expect(status.shards.map(({ state, connections }) => ({ state, connections }))).toEqual(
    Array.from({ length: SHARDS }, () => ({ state: 'running', connections: 0 })),
  );
  expect(status.shards.reduce((sum, { generation }) => sum + generation, 0)).toBe(FAILURES);
  expect(Object.values(status.listeners[0]?.connections ?? {}).every((count) => count === 0)).toBe(true);
  expect(status.pools[0]?.backends[0]).toMatchObject({ active: 0, connecting: 0 });
}
