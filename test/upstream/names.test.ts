import { describe, expect, it } from 'vitest';
import type { NameAddresses, NameAnswer, ServiceRecord } from '../../src/core/names.ts';
import type { ServiceEvent } from '../../src/core/watcher.ts';
import { expandServices, Names } from '../../src/upstream/index.ts';
import { refreshMs, retryMs } from '../../src/upstream/name-waits.ts';
import { PLAIN_RESOLVER } from '../support/resolver.ts';
import { FakePlane } from './fake-plane.ts';
import { planOf, reloaded } from './plans.ts';

const LATENCY_MS = 10;
const found = (...addresses: string[]): NameAnswer => ({
  kind: 'found',
  addresses,
  services: [],
  ttlMs: 2000,
  lacks: null,
});
const fails = (cause: string): NameAnswer => ({ kind: 'failed', cause, ttlMs: null });
const PLAN = planOf({ health: null, backends: [{ address: { kind: 'tcp', host: 'App.test', port: 80 } }] });

/** The names of a plan with one backend, `app.test`, in virtual time. */
function watch(answer: NameAnswer | (() => NameAnswer)) {
  const plane = new FakePlane(() => ({ kind: 'silence' }));
  const state = { answer };
  const events: ServiceEvent[] = [];
  const changes: NameAddresses[] = [];
  const errors: string[] = [];
  let asked = 0;
  const names = new Names(PLAIN_RESOLVER, {
    lookup: () => (_question, done) => {
      asked++;
      const now = typeof state.answer === 'function' ? state.answer() : state.answer;
      return plane.timers.after(LATENCY_MS, () => done(now));
    },
    timers: plane.timers,
    random: () => 0,
    tell: (event) => events.push(event),
    emit: (fact) => void (fact.kind === 'error' && errors.push(fact.message)),
    addressesChanged: (change) => changes.push(change),
    servicesChanged: () => {},
  });
  return { plane, state, names, events, changes, errors, asked: () => asked };
}

describe('the names of a plan', () => {
  it('are asked for again after their TTL, and only what has changed is told', () => {
    const world = watch(found('10.0.0.1', '10.0.0.2'));
    void world.names.follow(PLAN);
    world.plane.advance(LATENCY_MS);
    expect(world.changes).toEqual([{ 'app.test': ['10.0.0.1', '10.0.0.2'] }]);
    world.state.answer = found('10.0.0.2', '10.0.0.1');
    world.plane.advance(2000 + LATENCY_MS);
    expect([world.asked(), world.changes.length, world.events.length]).toEqual([2, 1, 1]);
    world.state.answer = found('10.0.0.3');
    world.plane.advance(2000 + LATENCY_MS);
    expect(world.names.addresses('APP.test')).toEqual(['10.0.0.3']);
    expect(world.events.map(({ event }) => event)).toEqual(['name.resolved', 'name.resolved']);
  });

  it('keep their last addresses while they cannot be resolved; each cause is told once', () => {
    const world = watch(found('10.0.0.1'));
    void world.names.follow(PLAN);
    world.plane.advance(LATENCY_MS);
    world.state.answer = fails('SERVFAIL');
    world.plane.advance(20_000);
    world.state.answer = fails('NXDOMAIN');
    world.plane.advance(20_000);
    expect(world.names.addresses('app.test')).toEqual(['10.0.0.1']);
    world.state.answer = found('10.0.0.1');
    world.plane.advance(20_000);
    expect(world.events.map((event) => ('cause' in event ? event.cause : event.event))).toEqual([
      'name.resolved',
      'SERVFAIL',
      'NXDOMAIN',
      'name.resolved',
    ]);
    expect(world.changes).toHaveLength(1);
  });

  it('keep the addresses of a family that could not be asked for', () => {
    const world = watch(found('10.0.0.1', '::1'));
    void world.names.follow(PLAN);
    world.plane.advance(LATENCY_MS);
    world.state.answer = { ...found('10.0.0.2'), lacks: 'ipv6' } as NameAnswer;
    world.plane.advance(3000);
    expect(world.names.addresses('app.test')).toEqual(['10.0.0.2', '::1']);
  });

  it('go on being watched when an asking throws, and leave no timer when they are stopped', () => {
    const world = watch(() => {
      throw new Error('torn');
    });
    void world.names.follow(PLAN);
    world.state.answer = found('10.0.0.1');
    world.plane.advance(60_000);
    expect(world.names.addresses('app.test')).toEqual(['10.0.0.1']);
    world.names.stop();
    expect(world.plane.timersWaiting).toBe(0);
  });

  it('are forgotten with the plan that had them, and shards are told', () => {
    const world = watch(found('10.0.0.1'));
    void world.names.follow(PLAN);
    world.plane.advance(LATENCY_MS);
    void world.names.follow(planOf({ health: null, backends: [{}] }));
    expect(world.changes.at(-1)).toEqual({ 'app.test': null });
    expect(world.names.status()).toEqual([]);
  });
});

describe('waits between askings', () => {
  it('are the TTL within bounds, and shorter by a tenth at most', () => {
    expect(refreshMs(0, PLAIN_RESOLVER, 0)).toBe(1000);
    expect(refreshMs(10_000, PLAIN_RESOLVER, 0)).toBe(10_000);
    expect(refreshMs(10_000, PLAIN_RESOLVER, 0.999)).toBeGreaterThan(9000);
    expect(refreshMs(1e9, PLAIN_RESOLVER, 0)).toBe(3_600_000);
  });

  it('double with each failure in a row, up to negative_ttl, unless the server says how long', () => {
    expect([1, 2, 3, 4, 5, 16].map((failures) => retryMs(null, failures, PLAIN_RESOLVER, 0))).toEqual([
      1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
    expect(retryMs(3000, 9, PLAIN_RESOLVER, 0)).toBe(3000);
  });
});

describe('a service', () => {
  const record = (target: string, priority: number, weight: number): ServiceRecord => ({
    target,
    priority,
    weight,
    port: 80,
  });
  const plan = reloaded(planOf({ health: null, backends: [{}] }), ({ pools }) => {
    const [pool] = pools;
    if (pool !== undefined)
      pool.services = [{ name: '_x', resolve: 'ipv4', backup: false, connectionsMax: 7, connectRate: 0 }];
  });

  it('is a backend for each of its servers, behind those of the file, by rank and by share', () => {
    const records = [record('a.test', 10, 60_000), record('b.test', 10, 0), record('c.test', 99, 30_000)];
    const { pools, backends } = expandServices(plan, () => records);
    expect(pools[0]?.backends).toEqual([0, 1, 2, 3]);
    expect(backends.slice(1).map(({ name, weight, priority }) => [name, weight, priority])).toEqual([
      ['a.test:80', 256, 0],
      ['b.test:80', 1, 0],
      ['c.test:80', 128, 1],
    ]);
    expect(backends[1]).toMatchObject({ row: 1, pool: 0, resolve: 'ipv4', connectionsMax: 7 });
  });

  it('that names one server twice has it once, and one of which nothing is known has none', () => {
    expect(
      expandServices(plan, () => [record('a.test', 1, 1), record('a.test', 2, 1)]).backends,
    ).toHaveLength(2);
    expect(expandServices(plan, () => []).backends).toHaveLength(1);
  });
});
