import { describe, expect, test } from 'vitest';
import { HEARTBEAT_CHECK_MS, Heartbeat } from '../../src/control/heartbeat.ts';

/** Two shards, a clock, and who was told to be silent. */
function world() {
  const state = { now: 0, beats: [0, 0], running: [true, true] };
  const silent: [shard: number, ms: number][] = [];
  const heartbeat = new Heartbeat(
    [0, 1].map((shard) => ({
      get isRunning() {
        return state.running[shard] as boolean;
      },
      beat: () => state.beats[shard] as number,
      silent: (ms) => void silent.push([shard, ms]),
    })),
    () => state.now,
  );
  const look = (looks: number, beating: readonly number[], hangMs = 500): void => {
    for (let i = 0; i < looks; i++) {
      state.now += HEARTBEAT_CHECK_MS;
      for (const shard of beating) (state.beats[shard] as number)++;
      heartbeat.check(hangMs);
    }
  };
  return { state, silent, look, heartbeat };
}

describe('the heartbeat', () => {
  test('a shard that stops beating is found after the time allowed, and the other is not', () => {
    const { look, silent } = world();
    look(10, [0, 1]);
    look(5, [0]);
    expect(silent).toEqual([]);
    look(1, [0]);
    expect(silent).toEqual([[1, 600]]);
  });

  test('one silence is told once for each time allowed, not with each look', () => {
    const { look, silent } = world();
    look(1, [0, 1]);
    look(12, [0]);
    expect(silent).toHaveLength(2);
  });

  test('a shard that is being started is given all the time it needs', () => {
    const { look, silent, state } = world();
    look(1, [0, 1]);
    state.running[1] = false;
    look(50, [0]);
    state.running[1] = true;
    look(5, [0]);
    expect(silent).toEqual([]);
  });

  test('time in which control itself was held up is held against nobody', () => {
    const { look, silent, state } = world();
    look(3, [0, 1]);
    state.now += 60_000;
    look(5, []);
    expect(silent).toEqual([]);
    look(2, []);
    expect(silent.map(([shard]) => shard)).toEqual([0, 1]);
  });

  test('with 0 nobody hangs', () => {
    const { look, silent } = world();
    look(1000, [], 0);
    expect(silent).toEqual([]);
  });
});
