import { afterEach, describe, expect, test } from 'vitest';
import { type AnyActorRef, createActor } from 'xstate';
import { type BalancerInput, balancerMachine } from '../../machines/balancer.ts';
import { circuitMachine } from '../../machines/circuit.ts';
import { healthCheckerMachine } from '../../machines/health-checker.ts';
import { shardMachine } from '../../machines/shard.ts';
import { RETURN_MS_MAX } from '../../src/control/actor-watch.ts';
import type { ConnectionInspector } from '../../src/control/connection-inspector.ts';
import { Inspections } from '../../src/control/inspections.ts';
import type { InspectionStep, InspectTarget } from '../../src/core/inspection.ts';
import type { BackendPlan, Plan, PoolPlan } from '../../src/core/plan.ts';
import { ActorBook } from '../../src/upstream/index.ts';
import { VirtualTimers } from '../stream/virtual-timers.ts';

const running: AnyActorRef[] = [];
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop();
});

function run(actor: AnyActorRef): void {
  running.push(actor);
  actor.start();
}

const PLAN = {
  pools: [{ name: 'web', retired: false }],
  backends: ['one', 'two'].map((name, row) => ({ name, row, pool: 0, retired: false })),
} as unknown as Plan;

/** A balancer with a checker for each backend, in which nothing is probed. */
function balancer(): AnyActorRef {
  const actions = { beginProbing: () => {}, tellPace: () => {}, report: () => {}, reportTrouble: () => {} };
  const checker = healthCheckerMachine.provide({ actions } as never);
  const members: BalancerInput['members'] = [0, 1].map((row) => ({
    row,
    rise: 1,
    fall: 1,
    health: 'unknown',
  }));
  const logic = balancerMachine.provide({ actors: { checker }, actions: { reap: () => {} } });
  return createActor(logic, { input: { pool: 0, members } });
}

function circuit(row: number): AnyActorRef {
  const input = { row, state: 'closed', ejections: 0, leftMs: 0, ejectMs: 1000, ejectMsMax: 1000 } as const;
  const actions = {
    eject: () => {},
    withhold: () => {},
    release: () => {},
    close: () => {},
    forgive: () => {},
  };
  return createActor(circuitMachine.provide({ actions, guards: { maySpare: () => true } }), { input });
}

async function world() {
  const actors = new ActorBook();
  const timers = new VirtualTimers();
  const connections = {
    connection: async () => ({ none: 'no connection' }),
    listener: async () => ({ none: 'no listener' }),
    follow: () => {},
  } as unknown as ConnectionInspector;
  const inspections = new Inspections({ connections, actors, timers, plan: () => PLAN });
  const enter = (...[of, actor]: Parameters<ActorBook['enter']>) => {
    const leave = actors.enter(of, actor);
    run(actor);
    return leave;
  };
  const inspect = async (target: InspectTarget) => {
    const steps: InspectionStep[] = [];
    const begun = await inspections.inspect(target, (step) => void steps.push(step));
    const names = () =>
      steps.flatMap((step) => (step.kind === 'actor' ? [`${step.chart} ${step.name}`] : []));
    return { begun, steps, names, end: () => ('end' in begun ? begun.end() : undefined) };
  };
  return { enter, inspect, timers, follow: (plan: Plan) => inspections.follow(plan) };
}

describe('the inspection of a pool', () => {
  test('tells of its balancer and the health checkers below it, each event and what it came to', async () => {
    const { enter, inspect } = await world();
    const actor = balancer();
    enter({ chart: 'balancer', pool: 'web' }, actor);
    const { names, steps } = await inspect({ kind: 'pool', pool: 'web' });
    expect(names()).toEqual(['balancer web', 'health-checker web/one', 'health-checker web/two']);
    const checkers = steps.filter((step) => step.kind === 'actor' && step.chart === 'health-checker');
    expect(checkers).toMatchObject([{ parent: actor.sessionId }, { parent: actor.sessionId }]);
    actor.send({ type: 'backend.changed', row: 1, health: 'healthy' });
    expect(steps.slice(3)).toMatchObject([
      { kind: 'event', actor: actor.sessionId, event: { type: 'backend.changed' }, source: null },
      { kind: 'snapshot', actor: actor.sessionId, snapshot: { value: 'starting', status: 'active' } },
    ]);
  });

  test('goes on with the balancer that is started after a crash, and is over where none is', async () => {
    const { enter, inspect, timers } = await world();
    const leave = enter({ chart: 'balancer', pool: 'web' }, balancer());
    const { names, steps } = await inspect({ kind: 'pool', pool: 'web' });
    leave();
    timers.advanceTo(RETURN_MS_MAX / 2);
    const leaveNext = enter({ chart: 'balancer', pool: 'web' }, balancer());
    expect(names().filter((name) => name === 'balancer web')).toHaveLength(2);
    leaveNext();
    timers.advanceTo(RETURN_MS_MAX);
    expect(steps.at(-1)?.kind).not.toBe('over');
    timers.advanceTo(2 * RETURN_MS_MAX);
    expect(steps.at(-1)).toMatchObject({ kind: 'over' });
  });

  test('is over at once when a reload takes away the pool, or the backend, and at no other reload', async () => {
    const { enter, inspect, timers, follow } = await world();
    const leave = enter({ chart: 'balancer', pool: 'web' }, balancer());
    const pool = await inspect({ kind: 'pool', pool: 'web' });
    const backend = await inspect({ kind: 'backend', pool: 'web', backend: 'two' });
    const last = (): unknown[] => [pool, backend].map(({ steps }) => steps.at(-1)?.kind);
    follow(PLAN);
    expect(last()).toEqual(['actor', 'actor']);
    const [one, two] = PLAN.backends as [BackendPlan, BackendPlan];
    follow({ ...PLAN, backends: [one, { ...two, retired: true }] });
    expect(last()).toEqual(['actor', 'over']);
    expect(backend.steps.at(-1)).toMatchObject({ why: 'a reload has taken the backend away' });
    leave();
    follow({ ...PLAN, pools: [{ ...(PLAN.pools[0] as PoolPlan), retired: true }] });
    expect(pool.steps.at(-1)).toMatchObject({ kind: 'over', why: 'a reload has taken the pool away' });
    expect(timers.waiting).toBe(0);
  });

  test('is told of circuits as they come', async () => {
    const { enter, inspect } = await world();
    enter({ chart: 'balancer', pool: 'web' }, balancer());
    const { names, steps } = await inspect({ kind: 'pool', pool: 'web' });
    const actor = circuit(1);
    enter({ chart: 'circuit', pool: 'web', backend: 'two' }, actor);
    expect(names().at(-1)).toBe('circuit web/two');
    actor.send({ type: 'failures.reached', failure: 'refused' });
    expect(steps.at(-1)).toMatchObject({
      kind: 'snapshot',
      actor: actor.sessionId,
      snapshot: { value: 'open' },
    });
  });
});

describe('the inspection of other actors', () => {
  test('of a backend tells of its own checker and circuit alone', async () => {
    const { enter, inspect } = await world();
    const actor = balancer();
    enter({ chart: 'balancer', pool: 'web' }, actor);
    for (const [row, backend] of ['one', 'two'].entries())
      enter({ chart: 'circuit', pool: 'web', backend }, circuit(row));
    const { names, steps } = await inspect({ kind: 'backend', pool: 'web', backend: 'two' });
    expect(names()).toEqual(['health-checker web/two', 'circuit web/two']);
    const { length } = steps;
    actor.send({ type: 'backend.changed', row: 0, health: 'healthy' });
    expect(steps).toHaveLength(length);
  });

  test('of a shard tells of its supervisor', async () => {
    const { enter, inspect } = await world();
    const actions = { launch: () => {}, terminate: () => {}, reap: () => {}, close: () => {} };
    const actor = createActor(shardMachine.provide({ actions }), { input: { number: 3 } });
    enter({ chart: 'shard', shard: 3 }, actor);
    const { names, steps } = await inspect({ kind: 'shard', shard: 3 });
    expect(names()).toEqual(['shard shard 3']);
    actor.send({ type: 'serving' });
    expect(steps.at(-1)).toMatchObject({ snapshot: { value: 'running' } });
  });

  test.each<[InspectTarget, string]>([
    [{ kind: 'pool', pool: 'no' }, 'no pool "no"'],
    [{ kind: 'backend', pool: 'web', backend: 'no' }, 'no backend "web/no"'],
    [{ kind: 'backend', pool: 'web', backend: 'one' }, '"web/one" is not probed'],
    [{ kind: 'name', name: 'x.example' }, '"x.example" is not watched'],
    [{ kind: 'shard', shard: 9 }, 'no shard 9'],
    [{ kind: 'connection', connection: 1 }, 'no connection'],
    [{ kind: 'listener', listener: 'x' }, 'no listener'],
  ])('of %j says that there is none', async (target, why) => {
    const { inspect } = await world();
    expect((await inspect(target)).begun).toEqual({ none: expect.stringContaining(why) });
  });

  test('leaves nothing in an actor when it is ended: XState has no inspector to tell', async () => {
    const { enter, inspect, timers } = await world();
    const actor = balancer();
    enter({ chart: 'balancer', pool: 'web' }, actor);
    const { end, steps } = await inspect({ kind: 'pool', pool: 'web' });
    end();
    const { length } = steps;
    actor.send({ type: 'backend.changed', row: 1, health: 'healthy' });
    enter({ chart: 'balancer', pool: 'web' }, balancer());
    expect(steps).toHaveLength(length);
    expect(timers.waiting).toBe(0);
  });
});
