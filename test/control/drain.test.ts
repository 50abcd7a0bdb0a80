import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Drain } from '../../src/control/drain.ts';
import type { Fleet } from '../../src/control/fleet.ts';
import type { Plan } from '../../src/core/plan.ts';

const LINGER_MS = 1_000;

function planOf(drainMs: number): Plan {
  return {
    drainMs,
    listeners: [{ timeouts: { lingerMs: 10 } }, { timeouts: { lingerMs: LINGER_MS } }],
  } as unknown as Plan;
}

/** A fleet of so many connections, which end when the test says so. */
function world(connections: number) {
  const state = { connections, cuts: 0, end: () => {} };
  const empty = new Promise<void>((resolve) => {
    state.end = () => {
      state.connections = 0;
      resolve();
    };
  });
  const fleet = { cut: () => void state.cuts++, empty: () => empty } as unknown as Fleet;
  return { state, drain: new Drain(fleet, () => state.connections) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount(), 'timers that nobody cleared').toBe(0);
  vi.useRealTimers();
});

describe('the drain', () => {
  test('ends with the last connection, and cuts nobody', async () => {
    const { state, drain } = world(2);
    const drained = drain.run(planOf(60_000));
    await vi.advanceTimersByTimeAsync(59_999);
    state.end();
    expect(await drained).toBe(0);
    expect(state.cuts).toBe(0);
  });

  test('cuts those that are left when its time has passed, and tells how many', async () => {
    const { state, drain } = world(2);
    const drained = drain.run(planOf(500));
    await vi.advanceTimersByTimeAsync(499);
    expect(state.cuts).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(state.cuts).toBe(1);
    state.end();
    expect(await drained).toBe(2);
  });

  test('does not wait for ever for those it has cut, whatever keeps them', async () => {
    const { drain } = world(2);
    let isOver = false;
    const drained = drain.run(planOf(500)).finally(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(500 + LINGER_MS);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await drained).toBe(2);
  });

  test.each(['before it waits', 'while it waits'] as const)('a cut %s is obeyed at once', async (when) => {
    const { state, drain } = world(3);
    if (when === 'before it waits') drain.cut();
    const drained = drain.run(planOf(3_600_000));
    if (when === 'while it waits') drain.cut();
    expect(state.cuts).toBe(1);
    state.end();
    expect(await drained).toBe(3);
  });

  test('with no time at all it cuts at once', async () => {
    const { state, drain } = world(1);
    const drained = drain.run(planOf(0));
    expect(state.cuts).toBe(1);
    state.end();
    expect(await drained).toBe(1);
  });
});
