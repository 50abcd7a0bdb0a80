import { describe, expect, test } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import {
  type CircuitEvent,
  type CircuitInput,
  circuitMachine,
  EJECTIONS_MAX,
  ejectionMs,
  ejectionsAfter,
} from '../../machines/circuit.ts';

const INPUT: CircuitInput = {
  row: 3,
  state: 'closed',
  ejections: 0,
  leftMs: 0,
  ejectMs: 1000,
  ejectMsMax: 5000,
};
const FAILED: CircuitEvent = { type: 'failures.reached', failure: 'refused' };

/** A circuit, and what it has done: each ejection with its time. */
function run(input: Partial<CircuitInput> = {}, canSpare = { now: true }) {
  const clock = new SimulatedClock();
  const done: string[] = [];
  const machine = circuitMachine.provide({
    actions: {
      eject: ({ context }) => done.push(`eject for ${ejectionMs(context)}`),
      withhold: () => done.push('withhold'),
      release: () => done.push('release'),
      close: () => done.push('close'),
      forgive: () => done.push('forgive'),
    },
    guards: { maySpare: () => canSpare.now },
  });
  const actor = createActor(machine, { input: { ...INPUT, ...input }, clock }).start();
  return { actor, clock, done, state: () => actor.getSnapshot().value };
}

describe('the circuit of a backend', () => {
  test('opens at too many failures, and its time doubles up to the longest while it fails on trial', () => {
    const { actor, clock, done } = run();
    actor.send(FAILED);
    for (const ms of [1000, 2000, 4000, 5000, 5000]) {
      clock.increment(ms - 1);
      expect(actor.getSnapshot().value).toBe('open');
      clock.increment(1);
      expect(actor.getSnapshot().value).toBe('half-open');
      actor.send(FAILED);
    }
    expect(done.filter((what) => what.startsWith('eject'))).toEqual(
      [1000, 2000, 4000, 5000, 5000, 5000].map((ms) => `eject for ${ms}`),
    );
  });

  test('closes after answers, or after a time without failure, and forgives one ejection for each time that passes', () => {
    for (const close of ['answers', 'time']) {
      const { actor, clock, done, state } = run();
      for (const ms of [1000, 2000]) {
        actor.send(FAILED);
        clock.increment(ms);
      }
      if (close === 'answers') actor.send({ type: 'trial.passed' });
      else clock.increment(1000);
      expect(state()).toBe('closed');
      expect(done).toEqual(['eject for 1000', 'release', 'eject for 2000', 'release', 'close']);
      for (let second = 0; second < 5; second++) clock.increment(1000);
      expect(done.filter((what) => what === 'forgive')).toHaveLength(2);
      actor.send(FAILED);
      expect(done.at(-1)).toBe('eject for 1000');
    }
  });

  test('says once that its pool cannot spare the backend, until failures have ended', () => {
    const canSpare = { now: false };
    const { actor, done, state } = run({}, canSpare);
    for (let n = 0; n < 3; n++) actor.send(FAILED);
    actor.send({ type: 'failures.ended' });
    actor.send(FAILED);
    expect([state(), done]).toEqual(['closed', ['withhold', 'withhold']]);
    canSpare.now = true;
    actor.send(FAILED);
    expect([state(), done.at(-1)]).toEqual(['open', 'eject for 1000']);
  });

  test('half-open, it stays so where the pool cannot spare the backend', () => {
    const { actor, done, state } = run({ state: 'half-open', ejections: 1 }, { now: false });
    actor.send(FAILED);
    actor.send(FAILED);
    expect([state(), done]).toEqual(['half-open', ['withhold']]);
  });

  test('goes on where its predecessor stood, with what was left of its time', () => {
    const { clock, state, done } = run({ state: 'open', ejections: 2, leftMs: 300 });
    clock.increment(299);
    expect(state()).toBe('open');
    clock.increment(1);
    expect([state(), done]).toEqual(['half-open', ['release']]);
    expect(run({ state: 'half-open' }).state()).toBe('half-open');
  });

  test('is released by a probe that found the backend healthy again, once', () => {
    const { actor, clock, done } = run();
    actor.send({ type: 'probe.passed' });
    actor.send(FAILED);
    actor.send({ type: 'probe.passed' });
    clock.increment(500);
    expect(done).toEqual(['eject for 1000', 'release']);
  });

  test('stops from wherever it is, and does nothing afterwards', () => {
    const events: CircuitEvent[] = [
      FAILED,
      { type: 'trial.passed' },
      { type: 'failures.ended' },
      { type: 'probe.passed' },
    ];
    const { logic } = run().actor;
    for (const path of getShortestPaths(logic, { input: INPUT, events, limit: 2000 })) {
      const { actor, clock, done } = run();
      for (const { event } of path.steps.slice(1)) actor.send(event as CircuitEvent);
      const before = done.length;
      actor.send({ type: 'stop' });
      clock.increment(100_000);
      expect([actor.getSnapshot().status, done.length]).toEqual(['done', before]);
    }
  });

  test('remembers no more ejections than its longest time needs', () => {
    let ejections = 0;
    for (let n = 0; n < 100; n++) ejections = ejectionsAfter({ ejections, ejectMs: 1000, ejectMsMax: 5000 });
    expect(ejections).toBe(3);
    for (let n = 0; n < 100; n++) ejections = ejectionsAfter({ ejections, ejectMs: 1, ejectMsMax: 1e12 });
    expect(ejections).toBe(EJECTIONS_MAX);
    expect(ejectionsAfter({ ejections: 0, ejectMs: 1000, ejectMsMax: 1000 })).toBe(1);
  });
});
