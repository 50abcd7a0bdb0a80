import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActor } from 'xstate';
import { getSimplePaths } from 'xstate/graph';
import {
  SHARD_END_MS_MAX,
  SHARD_RESTART_MS_MAX,
  SHARD_START_MS_MAX,
  SHARD_STEADY_MS,
  type ShardEvent,
  shardMachine,
  shardRestartMs,
} from '../../machines/shard.ts';

const EVENTS: ShardEvent[] = [
  { type: 'serving' },
  { type: 'threw', message: 'boom' },
  { type: 'silent', message: 'quiet' },
  { type: 'exited', message: 'code 1' },
  { type: 'stop' },
];

/** A supervisor whose actions only note their names. */
function supervisor() {
  const done: string[] = [];
  const note = (name: string) => () => void done.push(name);
  const logic = shardMachine.provide({
    actions: {
      launch: note('launch'),
      terminate: note('terminate'),
      reap: note('reap'),
      close: note('close'),
    },
  });
  const actor = createActor(logic, { input: { number: 3 } });
  actor.start();
  return { actor, done, state: () => actor.getSnapshot().value, context: () => actor.getSnapshot().context };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the chart of a shard', () => {
  test('an action that nobody provided is an error that names it', () => {
    const actor = createActor(shardMachine, { input: { number: 0 } });
    const thrown: unknown[] = [];
    actor.subscribe({ error: (error) => thrown.push(error) });
    actor.start();
    expect(thrown.join()).toContain('"launch" of the shard chart was not provided');
  });

  test('every simple path that takes stop and the end of the thread leads to stopped', () => {
    const quiet = shardMachine.provide({
      actions: { launch: () => {}, terminate: () => {}, reap: () => {}, close: () => {} },
    });
    const paths = getSimplePaths(quiet, {
      input: { number: 0 },
      events: EVENTS,
      serializeState: ({ value }) => String(value),
    });
    expect(new Set(paths.map(({ state }) => state.value))).toEqual(
      new Set(['starting', 'running', 'ending', 'waiting', 'stopping', 'stopped']),
    );
    for (const { state } of paths) if (state.value === 'stopped') expect(state.status).toBe('done');
  });

  test('a shard whose thread ends is reaped and started again at once, with the next generation', () => {
    const { actor, done, state, context } = supervisor();
    actor.send({ type: 'serving' });
    actor.send({ type: 'exited', message: 'its thread ended with code 7' });
    expect(state()).toBe('waiting');
    expect(done).toEqual(['launch', 'reap']);
    vi.advanceTimersByTime(0);
    expect(state()).toBe('starting');
    expect(context()).toMatchObject({
      generation: 1,
      cause: 'exited',
      message: 'its thread ended with code 7',
    });
    expect(done).toEqual(['launch', 'reap', 'launch']);
  });

  test('what was thrown is the cause, not the end of the thread that follows it', () => {
    const { actor, context, state } = supervisor();
    actor.send({ type: 'serving' });
    actor.send({ type: 'threw', message: 'Error: boom' });
    expect(state()).toBe('ending');
    actor.send({ type: 'exited', message: 'code 1' });
    expect(context()).toMatchObject({ cause: 'threw', message: 'Error: boom' });
  });

  test('a thread that has thrown and does not end is ended', () => {
    const { actor, done } = supervisor();
    actor.send({ type: 'threw', message: 'Error: boom' });
    vi.advanceTimersByTime(SHARD_END_MS_MAX - 1);
    expect(done).not.toContain('terminate');
    vi.advanceTimersByTime(1);
    expect(done).toContain('terminate');
  });

  test('a shard that gives no sign of life is ended at once', () => {
    const { actor, done, context } = supervisor();
    actor.send({ type: 'serving' });
    actor.send({ type: 'silent', message: 'no sign of life for 2100 ms' });
    expect(done).toEqual(['launch', 'terminate']);
    expect(context().cause).toBe('hung');
  });

  test('a start that takes too long is ended and tried again', () => {
    const { actor, done, context, state } = supervisor();
    vi.advanceTimersByTime(SHARD_START_MS_MAX);
    expect(done).toEqual(['launch', 'terminate']);
    expect(context().cause).toBe('hung');
    actor.send({ type: 'exited', message: 'code 1' });
    expect(state()).toBe('waiting');
  });

  test('failures in a row make it wait longer, and a steady life makes it forget them', () => {
    const { actor, context, state } = supervisor();
    for (const failures of [1, 2, 3]) {
      actor.send({ type: 'exited', message: 'code 1' });
      expect(context().failures).toBe(failures);
      vi.advanceTimersByTime(shardRestartMs(failures));
      expect(state()).toBe('starting');
    }
    actor.send({ type: 'serving' });
    vi.advanceTimersByTime(SHARD_STEADY_MS);
    expect(context().failures).toBe(0);
    expect([0, 1, 2, 3, 4].map(shardRestartMs)).toEqual([0, 0, 100, 200, 400]);
    expect(shardRestartMs(1000)).toBe(SHARD_RESTART_MS_MAX);
  });

  test('the generation wraps where the connection ids have no more room for it', () => {
    const { actor, context } = supervisor();
    for (let i = 0; i < 256; i++) {
      actor.send({ type: 'exited', message: '' });
      vi.advanceTimersByTime(SHARD_RESTART_MS_MAX);
      if (i === 254) expect(context().generation).toBe(255);
    }
    expect(context().generation).toBe(0);
  });

  test.each(['starting', 'running', 'ending'] as const)(
    'stop in %s closes the thread and ends when it is gone',
    (from) => {
      const { actor, done, state } = supervisor();
      if (from === 'running') actor.send({ type: 'serving' });
      if (from === 'ending') actor.send({ type: 'threw', message: '' });
      actor.send({ type: 'stop' });
      expect(done.at(-1)).toBe('close');
      actor.send({ type: 'exited', message: 'code 0' });
      expect(state()).toBe('stopped');
      expect(done.at(-1)).toBe('reap');
      vi.advanceTimersByTime(60_000);
      expect(done.filter((name) => name === 'launch')).toHaveLength(1);
    },
  );

  test('stop while it waits for its restart ends it, and nothing is started any more', () => {
    const { actor, done, state } = supervisor();
    actor.send({ type: 'exited', message: '' });
    actor.send({ type: 'stop' });
    expect(state()).toBe('stopped');
    vi.advanceTimersByTime(60_000);
    expect(done).toEqual(['launch', 'reap']);
  });
});
