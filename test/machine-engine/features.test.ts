import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { AnyEventObject, AnyStateNode } from 'xstate';
import { Dice } from '../simulation/dice.ts';
import { expectSame, pairOf } from './engines.ts';
import { FEATURES, ODD_EVENTS } from './feature-charts.ts';

const WALKS = 2_000;
const WALK_STEPS_MAX = 10;
const ODD_SHARE = 0.15;

// XState's development build warns of events after the end and of wildcards inside; some here do that on purpose.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('the compiled engine does what the interpreter does', () => {
  test.each(Object.entries(FEATURES))('with %s', (name, machine) => {
    const pair = pairOf(machine);
    const seed = 1 + name.length;
    const dice = new Dice(seed);
    const states = statesBelow(machine.root);
    const events = eventsOf(states);
    const seen = new Set<string>();
    for (let walk = 0; walk < WALKS; walk++) {
      const walked = Array.from({ length: dice.between(0, WALK_STEPS_MAX) }, () =>
        dice.one(dice.often(ODD_SHARE) ? ODD_EVENTS : events),
      );
      seen.add(JSON.stringify(expectSame(pair, walked, { of: 'input' }).last.value));
    }
    // A final state whose parent goes on when done is left as soon as it is entered.
    const leaves = states.filter(
      ({ type, parent }) => type !== 'compound' && !(type === 'final' && parent?.config.onDone !== undefined),
    );
    expect(seen.size, 'every leaf was reached').toBe(leaves.length);
  });
});

/** One event for each type that a chart names. */
function eventsOf(states: readonly AnyStateNode[]): AnyEventObject[] {
  const types = new Set(states.flatMap((state) => state.ownEvents as string[]));
  return [...types].filter((type) => !type.includes('*')).map((type) => ({ type }));
}

function statesBelow(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap((child) => statesBelow(child as AnyStateNode))];
}
