import { describe, expect, it } from 'vitest';
import { fromCallback } from 'xstate';
import { balancerMachine } from '../../machines/balancer.ts';
import { type HealthName, healthCheckerMachine, type ProberEvent } from '../../machines/health-checker.ts';
import { PoolSupervisor } from '../../src/upstream/pool-supervisor.ts';
import { FakePlane, SILENCE } from './fake-plane.ts';

const PASSED = { type: 'probe.passed', ms: 1, said: 'connected' } as const;

/** A supervisor of two backends whose balancer crashes with any of its checkers, for want of `reap`. */
function supervise() {
  const plane = new FakePlane(() => SILENCE);
  const health: HealthName[] = ['unknown', 'unknown'];
  const crashes: string[] = [];
  const begun: number[] = [];
  const checker = healthCheckerMachine.provide({
    actors: {
      prober: fromCallback<ProberEvent>(({ receive }) => {
        receive((event) => {
          if (event.type === 'probe.crashed') throw event.error;
          if (event.type === 'probe.begin') begun.push(event.row);
        });
      }),
    },
    actions: { reportTrouble: () => {} },
  });
  const supervisor = new PoolSupervisor({
    logic: balancerMachine.provide({ actors: { checker } }),
    timers: plane.timers,
    input: () => ({
      pool: 0,
      members: health.map((known, row) => ({ row, rise: 1, fall: 1, health: known })),
    }),
    entered: () => () => {},
    crashed: (error) => crashes.push(String(error)),
  });
  supervisor.start();
  const children = () => supervisor.actor.getSnapshot().children;
  return { plane, health, crashes, begun, supervisor, children };
}

describe('the supervisor of a pool', () => {
  it('starts a crashed balancer again after the wait, from what is known by then', () => {
    const { plane, health, crashes, begun, supervisor, children } = supervise();
    health[1] = 'unhealthy';
    children()['checker.1']?.send(PASSED);
    expect(crashes).toEqual([expect.stringContaining('"reap" of the balancer chart was not provided')]);
    expect(begun).toEqual([0, 1]);
    plane.advance(990);
    expect(begun).toEqual([0, 1]);
    plane.advance(10);
    expect(begun).toEqual([0, 1, 0, 1]);
    expect(supervisor.actor.getSnapshot().status).toBe('active');
    expect(children()['checker.1']?.getSnapshot().value).toBe('unhealthy');
  });

  it('waits longer after each crash', () => {
    const { plane, crashes, children } = supervise();
    for (const seconds of [1, 2, 4]) {
      children()['checker.0']?.send(PASSED);
      plane.advance(seconds * 1000 - 10);
      expect(children()['checker.0']?.getSnapshot().status).toBe('error');
      plane.advance(10);
      expect(children()['checker.0']?.getSnapshot().status).toBe('active');
    }
    expect(crashes).toHaveLength(3);
  });

  it('lets no timer of a crashed tree fire: a checker left behind starts no prober', () => {
    const { plane, begun, supervisor, children } = supervise();
    children()['checker.0']?.getSnapshot().children.prober?.send({ type: 'probe.crashed', error: 'torn' });
    children()['checker.1']?.send(PASSED);
    plane.advance(60_000);
    expect(begun).toEqual([0, 1, 0, 1]);
    supervisor.stop();
    expect(plane.timersWaiting).toBe(0);
  });

  it('is ready once stopped, and restarts nothing then', async () => {
    const { plane, begun, supervisor, children } = supervise();
    children()['checker.1']?.send(PASSED);
    supervisor.stop();
    await supervisor.ready;
    plane.advance(60_000);
    expect(begun).toEqual([0, 1]);
  });
});
