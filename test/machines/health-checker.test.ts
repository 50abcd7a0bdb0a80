import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActorRefFrom, createActor, fromCallback, SimulatedClock } from 'xstate';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import {
  CRASHES_COUNTED_MAX,
  type HealthCheckerEvent,
  type HealthCheckerInput,
  type HealthName,
  healthCheckerMachine,
  type ProberEvent,
  RESTART_DELAY_MS_MAX,
  restartDelayMs,
} from '../../machines/health-checker.ts';

const INPUT: HealthCheckerInput = { row: 4, rise: 2, fall: 3, health: 'unknown' };
const PASSED: HealthCheckerEvent = { type: 'probe.passed', ms: 3, said: 'connected' };
const FAILED: HealthCheckerEvent = { type: 'probe.failed', cause: 'ECONNREFUSED' };
const IMPOSSIBLE: HealthCheckerEvent = { type: 'probe.impossible', cause: 'EMFILE' };
const CRASHED = { type: 'xstate.error.actor.prober', error: new Error('torn'), actorId: 'prober' } as const;

interface Running {
  readonly actor: ActorRefFrom<typeof healthCheckerMachine>;
  readonly clock: SimulatedClock;
  /** Health reported, in order. */
  readonly reports: HealthName[];
  /** Types of the events that were reported as trouble. */
  readonly troubles: string[];
  /** What probers were told but of their pace, and 'stopped' for each that was stopped. */
  readonly probers: (ProberEvent | 'stopped')[];
}

/** A checker whose prober only notes what it is told, and throws what it is told to. */
function run(input: Partial<HealthCheckerInput> = {}): Running {
  const clock = new SimulatedClock();
  const reports: HealthName[] = [];
  const troubles: string[] = [];
  const probers: (ProberEvent | 'stopped')[] = [];
  const machine = healthCheckerMachine.provide({
    actors: {
      prober: fromCallback<ProberEvent>(({ receive }) => {
        receive((event) => {
          if (event.type === 'probe.crashed') throw event.error;
          if (event.type !== 'probe.pace') probers.push(event);
        });
        return () => probers.push('stopped');
      }),
    },
    actions: {
      report: (_, { health }) => reports.push(health),
      reportTrouble: ({ event }) => troubles.push(event.type),
    },
  });
  const actor = createActor(machine, { input: { ...INPUT, ...input }, clock });
  actor.subscribe({ error: () => {} });
  return { actor: actor.start(), clock, reports, troubles, probers };
}

function crashProber({ actor }: Running): void {
  actor.getSnapshot().children.prober?.send({ type: 'probe.crashed', error: new Error('torn') });
}

describe('the health checker', () => {
  it('starts its prober at once and tells it its backend', () => {
    expect(run().probers).toEqual([{ type: 'probe.begin', row: 4, pace: 'steady' }]);
  });

  it.each([
    ['healthy', PASSED],
    ['unhealthy', FAILED],
  ] as const)('is %s after one first result, whatever rise and fall are', (health, event) => {
    const checker = run({ rise: 9, fall: 9 });
    checker.actor.send(event);
    expect(checker.actor.getSnapshot().value).toBe(health);
    expect(checker.reports).toEqual([health]);
  });

  it.each([1, 2, 5])('becomes unhealthy at exactly %i failures in a row', (fall) => {
    const checker = run({ fall, health: 'healthy' });
    for (let n = 1; n < fall; n++) checker.actor.send(FAILED);
    checker.actor.send(PASSED);
    for (let n = 1; n < fall; n++) checker.actor.send(FAILED);
    expect(checker.actor.getSnapshot().value).toBe('healthy');
    expect(checker.reports).toEqual([]);
    if (fall === 1) checker.actor.send(PASSED);
    checker.actor.send(FAILED);
    expect(checker.actor.getSnapshot().value).toBe('unhealthy');
    expect(checker.reports).toEqual(['unhealthy']);
  });

  it.each([1, 2, 5])('becomes healthy at exactly %i passes in a row', (rise) => {
    const checker = run({ rise, health: 'unhealthy' });
    for (let n = 1; n < rise; n++) checker.actor.send(PASSED);
    checker.actor.send(FAILED);
    for (let n = 1; n < rise; n++) checker.actor.send(PASSED);
    expect(checker.actor.getSnapshot().value).toBe('unhealthy');
    checker.actor.send(PASSED);
    expect(checker.actor.getSnapshot().value).toBe('healthy');
    expect(checker.reports).toEqual(['healthy']);
  });

  it.each(['healthy', 'unhealthy'] as const)('goes on from %s without reporting it again', (health) => {
    const checker = run({ health });
    expect(checker.actor.getSnapshot().value).toBe(health);
    checker.actor.send(health === 'healthy' ? PASSED : FAILED);
    expect(checker.reports).toEqual([]);
  });

  it('agrees with counting by hand, and reports each change once, over any results', () => {
    const results = fc.array(fc.constantFrom('pass', 'fail', 'impossible', 'crash'), { maxLength: 60 });
    const threshold = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(results, threshold, threshold, (sequence, rise, fall) => {
        const checker = run({ rise, fall });
        const expected: HealthName[] = [];
        let state: HealthName = 'unknown';
        let contrary = 0;
        for (const result of sequence) {
          if (result === 'impossible') checker.actor.send(IMPOSSIBLE);
          else if (result === 'crash') {
            crashProber(checker);
            checker.clock.increment(RESTART_DELAY_MS_MAX);
          } else {
            checker.actor.send(result === 'pass' ? PASSED : FAILED);
            const next: HealthName = result === 'pass' ? 'healthy' : 'unhealthy';
            contrary = next === state ? 0 : contrary + 1;
            const needed = state === 'unknown' ? 1 : next === 'healthy' ? rise : fall;
            if (contrary >= needed) {
              state = next;
              contrary = 0;
              expected.push(next);
            }
          }
          expect(checker.actor.getSnapshot().value).toBe(state);
        }
        expect(checker.reports).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('says once that probes cannot be made, and again only after a result', () => {
    const checker = run();
    for (const event of [IMPOSSIBLE, IMPOSSIBLE, PASSED, IMPOSSIBLE]) checker.actor.send(event);
    expect(checker.troubles).toEqual(['probe.impossible', 'probe.impossible']);
    expect(checker.actor.getSnapshot().value).toBe('healthy');
  });

  it('stops its prober when it is stopped, and is done', () => {
    const checker = run();
    checker.actor.send({ type: 'stop' });
    expect(checker.actor.getSnapshot().status).toBe('done');
    expect(checker.probers.at(-1)).toBe('stopped');
  });
});

describe('a prober that crashes', () => {
  it('is told of, and started again after the wait, with what is known of the backend and the count kept', () => {
    const checker = run();
    for (const event of [PASSED, FAILED, FAILED]) checker.actor.send(event);
    crashProber(checker);
    expect(checker.troubles).toEqual(['xstate.error.actor.prober']);
    checker.clock.increment(restartDelayMs(1) - 1);
    expect(checker.probers).toHaveLength(1);
    checker.clock.increment(1);
    expect(checker.probers).toEqual([
      { type: 'probe.begin', row: 4, pace: 'steady' },
      { type: 'probe.begin', row: 4, pace: 'fast' },
    ]);
    expect(checker.actor.getSnapshot().value).toBe('healthy');
    checker.actor.send(FAILED);
    expect(checker.actor.getSnapshot().value).toBe('unhealthy');
  });

  it('waits twice as long after each crash in a row, up to the longest wait, and never starts twice', () => {
    const checker = run();
    for (const seconds of [1, 2, 4, 8, 16, 30, 30, 30]) {
      const before = checker.probers.length;
      crashProber(checker);
      checker.clock.increment(seconds * 1000 - 1);
      expect(checker.probers).toHaveLength(before);
      checker.clock.increment(1);
      expect(checker.probers).toHaveLength(before + 1);
    }
  });

  it('waits the shortest time again once there was a result', () => {
    const checker = run();
    for (let n = 0; n < CRASHES_COUNTED_MAX; n++) {
      crashProber(checker);
      checker.clock.increment(RESTART_DELAY_MS_MAX);
    }
    checker.actor.send(PASSED);
    const before = checker.probers.length;
    crashProber(checker);
    checker.clock.increment(restartDelayMs(1));
    expect(checker.probers).toHaveLength(before + 1);
  });
});

describe('the chart of the health checker', () => {
  const events = [
    PASSED,
    FAILED,
    IMPOSSIBLE,
    CRASHED,
    { type: 'prober.restart' },
    { type: 'stop' },
  ] as never[];

  it('reaches every state on a shortest path, and nothing else', () => {
    const ends = getShortestPaths(healthCheckerMachine, { events, input: INPUT }).map(
      ({ state }) => state.value,
    );
    expect(new Set(ends)).toEqual(new Set(['unknown', 'healthy', 'unhealthy', 'stopped']));
  });

  it('keeps its counts below rise and fall, on every path', () => {
    const below: Record<string, number> = { unknown: 1, healthy: INPUT.fall, unhealthy: INPUT.rise };
    const paths = getShortestPaths(healthCheckerMachine, { events, input: INPUT });
    for (const { state } of paths.filter((path) => path.state.value !== 'stopped')) {
      expect(state.context.contrary).toBeLessThan(below[state.value] ?? 0);
      expect(state.context.troubles).toBeLessThanOrEqual(CRASHES_COUNTED_MAX);
    }
  });

  it('never enters unknown again, on any simple path of results', () => {
    const paths = getSimplePaths(healthCheckerMachine, { events: [PASSED, FAILED] as never[], input: INPUT });
    expect(paths.length).toBeGreaterThan(5);
    for (const { steps, state } of paths) {
      const values = [...steps.slice(1).map((step) => step.state.value), state.value];
      if (steps.length > 1) expect(values).not.toContain('unknown');
    }
  });

  it('is data but for its context: only named actions, guards, delays and actors', () => {
    const { context, ...config } = healthCheckerMachine.config;
    expect(context).toBeTypeOf('function');
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  it.each(['prober', 'report', 'reportTrouble'])('fails by name where its %s was not provided', (name) => {
    const machine =
      name === 'prober'
        ? healthCheckerMachine.provide({
            actions: {
              reportTrouble: ({ event }) => {
                throw 'error' in event ? event.error : event;
              },
            },
          })
        : healthCheckerMachine.provide({ actors: { prober: fromCallback(() => {}) } });
    const errors: unknown[] = [];
    const actor = createActor(machine, { input: INPUT, clock: new SimulatedClock() });
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    if (name === 'report') actor.send(PASSED);
    if (name === 'reportTrouble') actor.send(IMPOSSIBLE);
    expect(String(errors[0])).toContain(`"${name}" of the health checker chart was not provided`);
  });
});
