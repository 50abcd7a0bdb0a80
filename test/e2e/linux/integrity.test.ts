import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { MIB } from '../../support/payload.ts';
import { peer, portOf, reports } from '../../support/peers.ts';
import { startSluice } from '../../support/sluice.ts';

const SEEDS = 20;
const CONNECTIONS = 25;

interface Exchanged {
  readonly seed: number;
  readonly lost: readonly unknown[];
  /** `up/down` of each connection, sorted. */
  readonly bytes: readonly string[];
}

/** Each way in which a plane moves bytes. */
const WAYS: readonly (readonly [string, 'linux' | 'net', Readonly<Record<string, string>>])[] = [
  ['the linux plane', 'linux', {}],
  ['the linux plane without splicing', 'linux', { SLUICE_BENCH_SPLICE: '0' }],
  [
    'the linux plane with buffers and pipes of 4 KiB',
    'linux',
    { SLUICE_BENCH_READ_BYTES: '4096', SLUICE_BENCH_PIPE_BYTES: '4096' },
  ],
  ['the net plane', 'net', {}],
];

describe('random connections, finished in every order, with pauses of writers and readers', () => {
  test.each(WAYS)('arrive unchanged and are counted exactly through %s', async (_, plane, env) => {
    const first = Number(process.env['SLUICE_SEED'] ?? Math.floor(Math.random() * 2 ** 20));
    const ends = peer('exchange.mjs');
    const sluice = await startSluice(config(await portOf(ends), plane), { env });
    const descriptors = sluice.fdCount();
    const started = performance.now();
    const expected: string[] = [];
    for (let seed = first; seed < first + SEEDS; seed++) {
      ends.write(`${JSON.stringify({ port: sluice.address().port, seed, connections: CONNECTIONS })}\n`);
      const { lost, bytes } = await exchanged(seed);
      expect(lost, `SLUICE_SEED=${seed}`).toEqual([]);
      expected.push(...bytes);
    }
    console.log(
      `seeds from ${first}, ${mebibytes(expected)} MiB, ${Math.round(performance.now() - started)} ms`,
    );

    function exchanged(seed: number): Promise<Exchanged> {
      const find = () =>
        reports<Exchanged>(ends).find((line) => line.seed === seed && line.lost !== undefined);
      return ends.waitFor(find, `what arrived of seed ${seed}`);
    }
    const logs = await sluice.waitForClosed(SEEDS * CONNECTIONS);
    expect(logs.map((line) => `${line.bytes_up}/${line.bytes_down}`).sort()).toEqual(expected.sort());
    expect(logs.filter(({ reason }) => reason !== 'client-fin' && reason !== 'backend-fin')).toEqual([]);
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
  });
});

function config(port: number, plane: string): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: ends }]
pools: { ends: { backends: [127.0.0.1:${port}], health: off } }
plane: ${plane}
workers: 1
`;
}

function mebibytes(counted: readonly string[]): number {
  const all = counted.flatMap((both) => both.split('/').map(Number));
  return Math.round(all.reduce((sum, bytes) => sum + bytes, 0) / MIB);
}
