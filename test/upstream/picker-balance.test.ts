import { describe, expect, it } from 'vitest';
import { NO_PROXY_TLVS, type ProxyTlvs } from '../../src/core/proxy-header.ts';
import { HEALTHY, UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import type { PickKey } from '../../src/core/upstreams.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { Dice } from '../simulation/dice.ts';
import { keyOf, type PoolSketch, plain, planOf } from './plans.ts';

const NOW = 1_800_000_000_000;
const SHARDS = 4;

function start(sketch: PoolSketch) {
  const plan = planOf(sketch);
  const table = new UpstreamTable(plan.backends.length, SHARDS);
  for (const { row, weight } of plan.backends) {
    table.setWeight(row, weight);
    table.setHealth(row, HEALTHY);
  }
  const pickers = Array.from({ length: SHARDS }, (_, shard) => createPicker(plan, table, shard));
  /** The row that a shard picks, without counting it. */
  const row = (key: PickKey, shard = 0): number => {
    const picked = pickers[shard]?.pick(0, key, []) ?? -1;
    pickers[shard]?.failed(picked);
    return picked;
  };
  return { table, pickers, row };
}

const withTlv = (tlvs: Partial<ProxyTlvs>): Partial<PickKey> => ({ tlvs: { ...NO_PROXY_TLVS, ...tlvs } });
const bytes = (...of: number[]) => Uint8Array.from(of);

describe('keys of connections', () => {
  it.each(['ip_hash', 'hash', 'maglev'] as const)(
    'lead to the same backend on every shard (%s)',
    (balance) => {
      const { row, table } = start({ balance, slowStartMs: 10_000, backends: plain(20) });
      table.setReturned(3, NOW - 5000);
      for (let n = 0; n < 300; n++) {
        const key = (random: number) => keyOf(`10.0.${n}.1`, { random, now: NOW });
        const rows = [0, 1, 2, 3].map((shard) => row(key(shard / 4), shard));
        expect(new Set(rows).size).toBe(1);
      }
    },
  );

  it.each([
    ['sni', 0, (n: number) => ({ sni: `t${n}.example.com` })],
    ['proxy_tlv', 0x02, (n: number) => withTlv({ authority: `t${n}.example.com` })],
    ['proxy_tlv', 0x01, (n: number) => withTlv({ alpn: `x${n}` })],
    ['proxy_tlv', 0x05, (n: number) => withTlv({ uniqueId: bytes(n, 1) })],
    [
      'proxy_tlv',
      0xea,
      (n: number) =>
        withTlv({
          others: [
            { type: 0xe0, value: bytes(1) },
            { type: 0xea, value: bytes(n) },
          ],
        }),
    ],
  ] as const)('are what hash.on says (%s %i), else the address', (on, tlv, keyed) => {
    const { row } = start({ balance: 'hash', hash: { on, tlv }, backends: plain(50) });
    const ofKeys = Array.from({ length: 100 }, (_, n) => row(keyOf('10.0.0.1', keyed(n))));
    const elsewhere = Array.from({ length: 100 }, (_, n) => row(keyOf(`10.9.${n}.1`, keyed(n))));
    expect(elsewhere).toEqual(ofKeys);
    expect(new Set(ofKeys).size).toBeGreaterThan(30);
    const without = Array.from({ length: 100 }, (_, n) => row(keyOf(`10.9.${n}.1`)));
    expect(new Set(without).size).toBeGreaterThan(30);
  });
});

describe('what stands in the table', () => {
  it('makes a backend that came back a second ago get a tenth of its share for a slow start of ten', () => {
    const { row, table } = start({ slowStartMs: 10_000, backends: plain(4) });
    const dice = new Dice(3);
    const share = (now: number) => {
      const rows = Array.from({ length: 8000 }, () => row(keyOf('10.0.0.1', { random: dice.next(), now })));
      return rows.filter((one) => one === 2).length / 8000;
    };
    table.setReturned(2, NOW);
    expect(share(NOW + 1000)).toBeCloseTo(0.025, 2);
    expect(share(NOW + 5000)).toBeCloseTo(0.125, 1);
    expect(share(NOW + 10_100)).toBeCloseTo(0.25, 2);
  });

  it('makes ewma avoid a backend that has failed, until it has answered often enough', () => {
    const { row, pickers, table } = start({ balance: 'ewma', backends: plain(2) });
    const dice = new Dice(4);
    const rows = () => Array.from({ length: 2000 }, () => row(keyOf('', { random: dice.next() })));
    for (const one of [0, 1]) pickers[0]?.measured(one, 2);
    pickers[1]?.penalised(1);
    expect(table.latency(1)).toBe(100_000);
    expect(rows().filter((one) => one === 1).length).toBeLessThan(2000 / 32);
    for (let n = 0; n < 60; n++) pickers[2]?.measured(1, 1);
    expect(rows().filter((one) => one === 1).length).toBeGreaterThan(1800);
  });

  it('is explained: priority, panic and slow start', () => {
    const { pickers, table } = start({
      panicPercent: 50,
      slowStartMs: 10_000,
      backends: [{}, {}, {}, { priority: 1 }, { priority: 1 }],
    });
    const told = () =>
      pickers[0]?.explain(0, [], NOW).map(({ passedOver, panic, strength }) => [passedOver, panic, strength]);
    table.setReturned(1, NOW - 2500);
    expect(told()).toEqual([
      [null, false, 1],
      [null, false, 0.25],
      [null, false, 1],
      ['priority', false, 1],
      ['priority', false, 1],
    ]);
    for (const row of [0, 2, 3, 4]) table.setHealth(row, UNHEALTHY);
    expect(told()?.map(([passedOver, panic]) => [passedOver, panic])).toEqual([
      [null, true],
      [null, false],
      [null, true],
      ['unhealthy', false],
      ['unhealthy', false],
    ]);
    for (const row of [0, 2]) table.setHealth(row, HEALTHY);
    table.circuits.set(0, 'open');
    table.circuits.set(1, 'half-open');
    expect(told()?.map(([passedOver]) => passedOver)).toEqual([
      'ejected',
      null,
      null,
      'unhealthy',
      'unhealthy',
    ]);
  });
});
