import { describe, expect, it } from 'vitest';
import { type ActorRefFrom, createActor, fromCallback, SimulatedClock } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type BalancerEvent, balancerMachine, checkerId, rowOf } from '../../machines/balancer.ts';
import {
  type HealthCheckerInput,
  type HealthName,
  healthCheckerMachine,
  RESTART_DELAY_MS_MAX,
} from '../../machines/health-checker.ts';

interface Running {
  readonly actor: ActorRefFrom<typeof balancerMachine>;
  readonly clock: SimulatedClock;
  readonly reaped: number[];
  /** Rows of the probers that were stopped with their checkers. */
  readonly stopped: number[];
}

const ROWS = [3, 4, 5];

/** A balancer over real checkers whose probers do nothing; a checker told of a cause `crash` throws. */
function run(health: HealthName = 'unknown', rows = ROWS): Running {
  const clock = new SimulatedClock();
  const reaped: number[] = [];
  const stopped: number[] = [];
  const checker = healthCheckerMachine.provide({
    actors: {
      prober: fromCallback(({ receive }) => {
        let row = -1;
        receive((event) => {
          if (event.type === 'probe.begin') row = event.row;
        });
        return () => stopped.push(row);
      }),
    },
    actions: {
      report: ({ context, event }, params) => {
        if (event.type === 'probe.failed' && event.cause === 'crash') throw new Error('torn');
        actor.send({ type: 'backend.changed', row: context.row, health: params.health });
      },
      reportTrouble: ({ context }) => actor.send({ type: 'backend.unprobed', row: context.row }),
    },
  });
  const machine = balancerMachine.provide({
    actors: { checker },
    actions: { reap: ({ event }) => reaped.push(rowOf(event)) },
  });
  const members = rows.map((row): HealthCheckerInput => ({ row, rise: 2, fall: 2, health }));
  const actor = createActor(machine, { input: { pool: 0, members }, clock });
  return { actor: actor.start(), clock, reaped, stopped };
}

function checkerOf({ actor }: Running, row: number) {
  return actor.getSnapshot().children[checkerId(row)];
}

function pass(balancer: Running, row: number): void {
  checkerOf(balancer, row)?.send({ type: 'probe.passed', ms: 1, said: 'connected' });
}

function crash(balancer: Running, row: number): void {
  checkerOf(balancer, row)?.send({ type: 'probe.failed', cause: 'crash' });
}

function memberOf({ actor }: Running, row: number) {
  return actor.getSnapshot().context.members.find((member) => member.row === row);
}

describe('the balancer', () => {
  it('has one checker for each backend that is probed, at once', () => {
    expect(Object.keys(run().actor.getSnapshot().children)).toEqual(['checker.3', 'checker.4', 'checker.5']);
  });

  it('serves at once where there is nothing to probe, or where all health is known', () => {
    expect(run('unknown', []).actor.getSnapshot().value).toBe('serving');
    expect(run('unhealthy').actor.getSnapshot().value).toBe('serving');
  });

  it('is starting until the last backend has had a result', () => {
    const balancer = run();
    pass(balancer, 3);
    pass(balancer, 5);
    pass(balancer, 5);
    expect(balancer.actor.getSnapshot().value).toBe('starting');
    checkerOf(balancer, 4)?.send({ type: 'probe.failed', cause: 'ECONNREFUSED' });
    expect(balancer.actor.getSnapshot().value).toBe('serving');
    expect(balancer.actor.getSnapshot().context.members.map(({ health }) => health)).toEqual([
      'healthy',
      'unhealthy',
      'healthy',
    ]);
  });

  it('does not wait for a backend that cannot be probed, nor for one whose checker crashes', () => {
    const balancer = run();
    pass(balancer, 3);
    checkerOf(balancer, 4)?.send({ type: 'probe.impossible', cause: 'EMFILE' });
    expect(balancer.actor.getSnapshot().value).toBe('starting');
    crash(balancer, 5);
    expect(balancer.actor.getSnapshot().value).toBe('serving');
    expect(memberOf(balancer, 4)?.health).toBe('unknown');
  });

  it('starts a crashed checker again after the wait, with the health the old one knew', () => {
    const balancer = run();
    pass(balancer, 4);
    checkerOf(balancer, 4)?.send({ type: 'probe.failed', cause: 'ECONNREFUSED' });
    crash(balancer, 4);
    expect(balancer.reaped).toEqual([4]);
    expect(checkerOf(balancer, 4)).toBeUndefined();
    balancer.clock.increment(999);
    expect(checkerOf(balancer, 4)).toBeUndefined();
    balancer.clock.increment(1);
    expect(checkerOf(balancer, 4)?.getSnapshot().value).toBe('healthy');
    expect(balancer.actor.getSnapshot().status).toBe('active');
  });

  it('waits longer for a checker that crashes again and again, and not for its neighbours', () => {
    const balancer = run('healthy');
    const fail = (row: number): void => {
      crash(balancer, row);
      crash(balancer, row);
    };
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      fail(3);
      balancer.clock.increment(seconds * 1000 - 1);
      expect(checkerOf(balancer, 3)).toBeUndefined();
      balancer.clock.increment(1);
      expect(checkerOf(balancer, 3)).toBeDefined();
    }
    fail(5);
    balancer.clock.increment(1000);
    expect(checkerOf(balancer, 5)).toBeDefined();
  });

  it('keeps no trace of checkers that were replaced', () => {
    const balancer = run();
    for (let n = 0; n < 20; n++) {
      crash(balancer, 3);
      balancer.clock.increment(RESTART_DELAY_MS_MAX);
    }
    expect(Object.keys(balancer.actor.getSnapshot().children)).toHaveLength(ROWS.length);
    expect(balancer.reaped).toHaveLength(20);
  });

  it('forgets earlier crashes once a checker has reported', () => {
    const balancer = run();
    crash(balancer, 3);
    balancer.clock.increment(1000);
    expect(memberOf(balancer, 3)?.crashes).toBe(1);
    pass(balancer, 3);
    expect(memberOf(balancer, 3)?.crashes).toBe(0);
  });

  it('stops every checker and its prober when it is stopped, and restarts none', () => {
    const balancer = run();
    crash(balancer, 4);
    balancer.actor.send({ type: 'stop' });
    balancer.actor.send({ type: 'stop' });
    expect(balancer.actor.getSnapshot().value).toBe('stopped');
    expect(checkerOf(balancer, 3)?.getSnapshot().status).toBe('done');
    expect([...balancer.stopped].sort()).toEqual([3, 5]);
    balancer.clock.increment(RESTART_DELAY_MS_MAX);
    expect(checkerOf(balancer, 4)).toBeUndefined();
  });
});

describe('the chart of the balancer', () => {
  const events: BalancerEvent[] = [
    { type: 'backend.changed', row: 3, health: 'healthy' },
    { type: 'backend.changed', row: 4, health: 'unhealthy' },
    { type: 'backend.unprobed', row: 4 },
    { type: 'checker.restart', row: 3 },
    { type: 'xstate.error.actor.checker.3', error: new Error('torn'), actorId: 'checker.3' },
    { type: 'stop' },
  ];
  const input = {
    pool: 0,
    members: [3, 4].map((row): HealthCheckerInput => ({ row, rise: 2, fall: 2, health: 'unknown' })),
  };
  const paths = getShortestPaths(balancerMachine, {
    events,
    input,
    serializeState: ({ value, context }) => JSON.stringify([value, context]),
  });

  it('reaches starting, serving and stopped, and nothing else', () => {
    expect(new Set(paths.map(({ state }) => state.value))).toEqual(
      new Set(['starting', 'serving', 'stopped']),
    );
  });

  it('serves exactly where every member has answered, on every path', () => {
    for (const { state } of paths.filter((path) => path.state.value !== 'stopped')) {
      expect(state.value === 'serving').toBe(state.context.members.every(({ answered }) => answered));
    }
  });

  it('never leaves stopped', () => {
    const stopped = paths.find(({ state }) => state.value === 'stopped')?.state;
    const after = getShortestPaths(balancerMachine, { events, input, fromState: stopped as never });
    expect(new Set(after.map(({ state }) => state.value))).toEqual(new Set(['stopped']));
  });

  it('is data but for its context: only named actions, guards, delays and actors', () => {
    const { context, ...config } = balancerMachine.config;
    expect(context).toBeTypeOf('function');
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  it('reads the row of each event that has one', () => {
    expect(events.map(rowOf)).toEqual([3, 4, 4, 3, 3, -1]);
  });
});
