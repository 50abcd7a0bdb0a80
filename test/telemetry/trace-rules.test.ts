import { describe, expect, it } from 'vitest';
import { CLOSE_REASON_NAMES, isClean } from '../../src/core/close-reason.ts';
import type { TraceRulesPlan } from '../../src/core/plan.ts';
import { AddedTraces } from '../../src/telemetry/added-traces.ts';
import { ruleFor, TRACE_RULES } from '../../src/telemetry/trace-rules.ts';
import { aClosedFact, aPlan, OPENED } from './samples.ts';

const NONE: TraceRulesPlan = {
  failed: false,
  setupOverMs: 0,
  firstByteOverMs: 0,
  lastedOverMs: 0,
  matches: [],
  perSecond: 100,
};
const ANY = { listeners: null, pools: null, reasons: null, protocols: null, clients: null };
const plan = aPlan();

describe('the rules that add traces', () => {
  it('take nobody where none is given', () => {
    for (const reason of CLOSE_REASON_NAMES) expect(ruleFor(NONE, plan, aClosedFact({ reason }))).toBeNull();
  });

  it('take as failed exactly those whose end was not clean', () => {
    for (const reason of CLOSE_REASON_NAMES) {
      const rule = ruleFor({ ...NONE, failed: true }, plan, aClosedFact({ reason }));
      expect(rule, reason).toBe(isClean(reason) ? null : 'failed');
    }
  });

  it('take as slow what was longer than a time, and not what was as long', () => {
    const streaming = aClosedFact().visits.find(({ state }) => state === 'streaming')?.from ?? 0;
    const setup = streaming - OPENED;
    const lasted = aClosedFact().at - OPENED;
    const slow = (rules: Partial<TraceRulesPlan>) => ruleFor({ ...NONE, ...rules }, plan, aClosedFact());
    expect([slow({ setupOverMs: setup - 0.5 }), slow({ setupOverMs: setup })]).toEqual(['slow', null]);
    expect([slow({ firstByteOverMs: 3 }), slow({ firstByteOverMs: 3.5 })]).toEqual(['slow', null]);
    expect([slow({ lastedOverMs: lasted - 1 }), slow({ lastedOverMs: lasted })]).toEqual(['slow', null]);
  });

  it('take the whole life for the set-up where no relay began, and no first byte for none', () => {
    const fact = aClosedFact({ visits: [], at: OPENED + 50, firstByteMs: -1 });
    expect(ruleFor({ ...NONE, setupOverMs: 49 }, plan, fact)).toBe('slow');
    expect(ruleFor({ ...NONE, firstByteOverMs: 1 }, plan, fact)).toBeNull();
  });

  it.each([
    ['a listener', { listeners: ['inner', 'edge'] }, { listeners: ['inner'] }],
    ['a pool', { pools: ['web'] }, { pools: ['shell'] }],
    ['a reason', { reasons: ['client-fin'] as const }, { reasons: ['killed'] as const }],
    ['a protocol', { protocols: ['tls'] }, { protocols: ['ssh'] }],
    [
      'a network',
      { clients: [{ bytes: [192, 0, 2, 0], bits: 24 }] },
      { clients: [{ bytes: [198, 51, 100, 0], bits: 24 }] },
    ],
  ])('match %s', (_, fitting, other) => {
    const matching = (...matches: readonly object[]) =>
      ruleFor({ ...NONE, matches: matches.map((keys) => ({ ...ANY, ...keys })) }, plan, aClosedFact());
    expect(matching(fitting)).toBe('match');
    expect(matching(other)).toBeNull();
    expect(matching(other, fitting)).toBe('match');
    expect(matching({ ...fitting, reasons: ['no-route'] })).toBeNull();
  });

  it('find no network around a client on a Unix socket, and no pool where none was chosen', () => {
    const everywhere = [{ ...ANY, clients: [{ bytes: [0, 0, 0, 0], bits: 0 }] }];
    const unix = aClosedFact({ client: 'unix:/run/x.sock', pool: -1 });
    expect(ruleFor({ ...NONE, matches: everywhere }, plan, unix)).toBeNull();
    expect(ruleFor({ ...NONE, matches: [{ ...ANY, pools: ['web'] }] }, plan, unix)).toBeNull();
  });
});

describe('the traces that are kept', () => {
  const also = { ...NONE, failed: true, perSecond: 3 };
  const failed = aClosedFact({ sampled: false, reason: 'idle-timeout' });

  it('are those that were sampled, whatever the rules, and of the others those that a rule takes', () => {
    const traces = new AddedTraces(() => 0);
    expect(traces.keptBy(aPlan(), aClosedFact())).toBe('sample');
    expect(traces.keptBy(aPlan(), failed)).toBeNull();
    expect(traces.keptBy(aPlan({ also }), aClosedFact({ sampled: false }))).toBeNull();
    expect(traces.keptBy(aPlan({ also }), failed)).toBe('failed');
    expect(TRACE_RULES.map((rule) => traces.of(rule))).toEqual([1, 0, 0]);
  });

  it('are so many a second, the sampled ones not counted, and those beyond are counted apart', () => {
    let now = 5_000;
    const traces = new AddedTraces(() => now);
    const kept = (count: number): number =>
      Array.from({ length: count }, () => traces.keptBy(aPlan({ also }), failed)).filter(Boolean).length;
    expect(kept(10)).toBe(3);
    expect(traces.keptBy(aPlan({ also }), aClosedFact())).toBe('sample');
    expect(traces.capped).toBe(7);
    now += 1_000;
    expect(kept(10)).toBe(3);
    now += 334;
    expect(kept(10)).toBe(1);
    now += 60_000;
    expect(kept(10)).toBe(3);
    expect(traces.capped).toBe(7 + 7 + 9 + 7);
  });
});
