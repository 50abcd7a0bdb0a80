import { describe, expect, it } from 'vitest';
import { activityOf, type Counted, rateOf } from '../../dashboard/src/activity.ts';

function counted(at: number, entered: number, taken: number | null): Counted {
  const transitions =
    taken === null
      ? null
      : [
          { from: 'streaming', event: 'client.fin', to: 'half-closed-client', taken },
          { from: 'streaming', event: 'kill', to: 'draining', taken: 1 },
        ];
  const states = { streaming: { live: 3, entered }, closed: { live: 0, entered: entered - 3 } };
  return { at, counts: { states, transitions } };
}

describe('what goes on in a chart', () => {
  it('is how many are in each state, and how many came to it a second; of the last one, all that ever came', () => {
    const { states } = activityOf(counted(0, 10, null), counted(2_000, 30, null));
    expect(states.get('streaming')).toEqual({ count: 3, entered: 10 });
    expect(states.get('closed')).toEqual({ count: 27, entered: 10 });
  });

  it('is not known in its rates from one reading, or where counts fell', () => {
    expect(activityOf(null, counted(0, 10, 5)).states.get('streaming')?.entered).toBeNull();
    expect(activityOf(null, counted(0, 10, 5)).transitions).toBeNull();
    const fell = activityOf(counted(0, 30, null), counted(1_000, 10, null));
    expect(fell.states.get('streaming')?.entered).toBeNull();
  });

  it('is told of transitions where somebody counts them, by the states left, the one entered and the event', () => {
    const { transitions } = activityOf(counted(0, 10, 4), counted(1_000, 10, 10));
    if (transitions === null) throw new Error('they are counted');
    expect(rateOf(transitions, ['streaming', 'draining'], 'half-closed-client', 'client.fin')).toBe(6);
    expect(rateOf(transitions, ['streaming'], 'half-closed-client', 'kill')).toBe(0);
    expect(rateOf(transitions, ['dialing'], 'half-closed-client', 'client.fin')).toBe(0);
    expect(activityOf(counted(0, 1, null), counted(1, 2, null)).transitions).toBeNull();
  });
});
