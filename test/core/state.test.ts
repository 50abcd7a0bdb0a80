import { describe, expect, it } from 'vitest';
import { connectionMachine } from '../../machines/connection.ts';
import { STATES, type StateName, stateIndex } from '../../src/core/state.ts';

describe('the states of a connection', () => {
  it('are the leaves of the chart, no more and no fewer', () => {
    const { relaying, ...others } = connectionMachine.config.states ?? {};
    const leaves = [...Object.keys(others), ...Object.keys(relaying?.states ?? {})];
    expect([...STATES].sort()).toEqual(leaves.sort());
  });

  it('have the position in counters that they have in the list', () => {
    for (const [index, state] of STATES.entries()) expect(stateIndex(state)).toBe(index);
  });

  it('a name that is no state is refused', () => {
    expect(() => stateIndex('relaying' as StateName)).toThrow(RangeError);
  });
});
