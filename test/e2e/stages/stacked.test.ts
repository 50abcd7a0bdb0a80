import { readdirSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STAGES } from '../../../src/stream/index.ts';
import { eventually } from '../../support/eventually.ts';
import { peer, portOf, reports } from '../../support/peers.ts';
import { startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';

const SEEDS = 2;
const CONNECTIONS = 12;

interface Exchanged {
  readonly seed: number;
  readonly lost: readonly unknown[];
  /** `up/down` of each connection, sorted. */
  readonly bytes: readonly string[];
}

/**
 * Every stage of the table, each at work: those that end a connection or change its bytes are set to do it later than any
 * connection here lives, and to clients from elsewhere; those that shape come and go in the midst of connections.
 */
const stages = (directory: string) => [
  'pass_through: {}',
  'rate_limit: { down: 200MiB/s, up: 200MiB/s, burst: 1MiB, per: listener }',
  `tee: { file: "${directory}/traffic-{start}.pcapng", format: pcapng, per: listener }`,
  'mirror: { to: shadow, direction: both, buffer: 64KiB, on_full: drop_bytes }',
  `flight_recorder: { bytes: 16KiB, file: "${directory}/bad-{start}-{connection}.pcapng", keep: 10 }`,
  'latency: { down: 2ms, up: 2ms, jitter: 1ms, distribution: normal, for: 100ms, every: 250ms }',
  'bandwidth: { down: 100MiB/s, up: 100MiB/s }',
  'slicer: { average: 8KiB, variation: 4KiB, delay: 0ms, direction: down, for: 50ms, every: 200ms }',
  'slow_close: { down: 5ms }',
  'timeout: { after: 1h, direction: down, target: { source: 192.0.2.0/24 } }',
  'reset_peer: { after: 1h }',
  'limit_data: { down: 1024GiB }',
  'quota: { bytes: 1024GiB }',
  'stall: { probability: 0.001, pause: 1ms, pause_max: 5ms }',
  'corrupt: { rate: 0.5, direction: down, target: { source: 192.0.2.0/24 } }',
  'drop_connection: { probability: 1, after: 1024GiB }',
  'down: { from: 1h }',
];

describe('every stage of the table, stacked on one connection', () => {
  test.each(['linux', 'net'] as const)(
    'loses no byte, keeps the order and leaves nothing behind on the %s plane',
    async (plane) => {
      const directory = tempDir();
      const list = stages(directory);
      expect(list.map((stage) => stage.split(':')[0]).sort()).toEqual(Object.keys(STAGES).sort());
      const first = Number(process.env['SLUICE_SEED'] ?? Math.floor(Math.random() * 2 ** 20));
      const ends = peer('exchange.mjs');
      let mirrored = 0;
      const shadow = await serve((socket) => {
        socket.on('data', (bytes) => {
          mirrored += bytes.length;
        });
        socket.on('end', () => socket.end());
      });
      const pools = { ends: await portOf(ends), shadow: shadow.port };
      const sluice = await startSluice(config(pools, plane, list));
      const descriptors = sluice.fdCount();
      const expected: string[] = [];
      for (let seed = first; seed < first + SEEDS; seed++) {
        ends.write(`${JSON.stringify({ port: sluice.address().port, seed, connections: CONNECTIONS })}\n`);
        const find = () =>
          reports<Exchanged>(ends).find((line) => line.seed === seed && line.lost !== undefined);
        const { lost, bytes } = await ends.waitFor(find, `what arrived of seed ${seed}`);
        expect(lost, `SLUICE_SEED=${seed}`).toEqual([]);
        expected.push(...bytes);
      }
      const logs = await sluice.waitForClosed(SEEDS * CONNECTIONS);
      expect(logs.map((line) => `${line.bytes_up}/${line.bytes_down}`).sort()).toEqual(expected.sort());
      expect(logs.filter(({ reason }) => reason !== 'client-fin' && reason !== 'backend-fin')).toEqual([]);
      expect(mirrored).toBeGreaterThan(0);
      const copied = () => readdirSync(directory).map((name) => statSync(`${directory}/${name}`).size);
      await eventually(() => Math.max(...copied()) > sum(expected), 'the copies to be written');
      await eventually(
        () => sluice.fdCount() <= descriptors + 1,
        `descriptors to return to ${descriptors} and one file`,
      );
    },
  );
});

function sum(counted: readonly string[]): number {
  return counted.flatMap((line) => line.split('/').map(Number)).reduce((total, bytes) => total + bytes, 0);
}

function item(stage: string): string {
  return `          - ${stage}`;
}

function config(ports: { ends: number; shadow: number }, plane: string, list: readonly string[]): string {
  return `
plane: ${plane}
workers: 1
listeners:
  - name: edge
    listen: 127.0.0.1:0
    stages:
${list.slice(0, 8).map(item).join('\n')}
    routes:
      - to: ends
        stages:
${list.slice(8).map(item).join('\n')}
pools:
  ends: { backends: [127.0.0.1:${ports.ends}] }
  shadow: { backends: [127.0.0.1:${ports.shadow}] }
admin: { listen: 127.0.0.1:0 }
`;
}
