import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AGENT_ADMINS,
  AGENT_PERCENT_MAX,
  AGENT_SILENT,
  type AgentWords,
  afterWords,
  effectiveWeight,
  formatAgentState,
  lowerLimit,
  packAgentState,
  packedWeight,
  unpackAgentState,
} from '../../src/core/agent.ts';
import { parseAgentLine } from '../../src/probe/index.ts';

const SILENT: AgentWords = {
  percent: null,
  admin: null,
  health: null,
  reason: '',
  connectionsMax: null,
  unknown: [],
};

describe('a line of an agent', () => {
  it.each<[string, Partial<AgentWords> | null]>([
    ['75%', { percent: 75 }],
    ['75% up maxconn:30 drain', { percent: 75, health: 'up', connectionsMax: 30, admin: 'drain' }],
    ['UP, 100%,\tReady', { percent: 100, health: 'up', admin: 'ready' }],
    ['down #in maintenance, up 5%', { health: 'down', reason: 'in maintenance, up 5%' }],
    ['stopped', { health: 'stopped' }],
    ['failed', { health: 'fail' }],
    ['maint', { admin: 'maint' }],
    ['0%', { percent: 0 }],
    ['99999999%', { percent: AGENT_PERCENT_MAX }],
    ['maxconn:0', { connectionsMax: 0 }],
    ['drain ready', { admin: 'ready' }],
    ['up soon -5% maxconn: 1.5%', { health: 'up', unknown: ['soon', '-5%', 'maxconn:', '1.5%'] }],
    ['', null],
    ['#up', null],
    ['hello', null],
    ['75', null],
  ])('%j is read as HAProxy documents it', (line, words) => {
    expect(parseAgentLine(line)).toEqual(words === null ? null : { ...SILENT, ...words });
  });

  it('can be anything', () => {
    fc.assert(fc.property(fc.string(), (line) => void parseAgentLine(line)));
  });
});

describe('what an agent has said', () => {
  const state = fc.record({
    percent: fc.option(fc.integer({ min: 0, max: AGENT_PERCENT_MAX })),
    admin: fc.constantFrom(...AGENT_ADMINS),
    down: fc.boolean(),
    connectionsMax: fc.integer({ min: 0, max: 1_000_000 }),
  });

  it('stays until it says something else of the same', () => {
    const words = (line: string) => parseAgentLine(line) ?? SILENT;
    let now = AGENT_SILENT;
    const seen = ['up 50%', 'drain', 'down', '75%', 'maxconn:3', 'up ready'].map((line) => {
      now = afterWords(now, words(line));
      return formatAgentState(now);
    });
    expect(seen).toEqual([
      '50% ready',
      '50% drain',
      '50% drain down',
      '75% drain down',
      '75% drain down maxconn:3',
      '75% ready maxconn:3',
    ]);
  });

  it('fits a number and comes back from it, and the weight is the same either way', () => {
    fc.assert(
      fc.property(state, fc.integer({ min: 0, max: 256 }), (said, weight) => {
        const packed = packAgentState(said);
        expect(packed | 0).toBe(packed);
        expect(unpackAgentState(packed, said.connectionsMax)).toEqual(said);
        expect(packedWeight(weight, packed)).toBe(effectiveWeight(weight, said));
      }),
    );
    expect(packAgentState(AGENT_SILENT)).toBe(0);
  });

  it('makes a share of a weight, and none of it while it drains', () => {
    expect(effectiveWeight(1, { percent: 75, admin: 'ready' })).toBe(0.75);
    expect(effectiveWeight(4, { percent: null, admin: 'ready' })).toBe(4);
    expect(effectiveWeight(4, { percent: 0, admin: 'ready' })).toBe(0);
    expect([
      effectiveWeight(4, { percent: 75, admin: 'drain' }),
      effectiveWeight(4, { percent: 75, admin: 'maint' }),
    ]).toEqual([0, 0]);
  });

  it('never raises a limit of connections', () => {
    expect([
      lowerLimit(0, 0),
      lowerLimit(0, 5),
      lowerLimit(5, 0),
      lowerLimit(5, 7),
      lowerLimit(7, 5),
    ]).toEqual([0, 5, 5, 5, 5]);
  });
});
