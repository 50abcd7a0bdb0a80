import { describe, expect, test } from 'vitest';
import type { FreeSlots } from '../../src/config/index.ts';
import { type Reloadable, Reloads } from '../../src/control/reloads.ts';
import type { Bound } from '../../src/control/shard-host.ts';
import { SluiceError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { planOf } from './plans.ts';

const NONE: FreeSlots = { listeners: new Set(), pools: new Set(), backends: new Set() };
const A = '127.0.0.1:1001';
const B = '127.0.0.1:1002';
const TAKEN = new SluiceError('LISTEN_FAILED', 'EADDRINUSE');

/** A service that notes the steps of its reloads. */
class FakeService implements Reloadable {
  plan = planOf({ a: '127.0.0.1:0', b: B });
  compiled = this.plan;
  resolves: (compiled: Plan) => Plan = (compiled) => compiled;
  bound: Bound = { a: '127.0.0.1:4711', b: B };
  current_phase: ReturnType<Reloadable['phase']> = 'ready';
  readonly steps: string[] = [];
  readonly known: Bound[] = [];
  probes: () => Promise<void> = async () => {};
  binds: () => Promise<Bound> = async () => ({});

  phase() {
    return this.current_phase;
  }
  current() {
    return { plan: this.plan, compiled: this.compiled, bound: this.bound };
  }
  async resolve(compiled: Plan): Promise<Plan> {
    return this.resolves(compiled);
  }
  free(): FreeSlots {
    return NONE;
  }
  show({ version }: Plan): void {
    this.steps.push(`show ${version}`);
  }
  async applyUpstreams({ version }: Plan): Promise<void> {
    this.steps.push(`upstreams ${version}`);
    await this.probes();
  }
  async prepare({ version }: Plan, known: Bound) {
    this.steps.push(`prepare ${version}`);
    this.known.push(known);
    return { bound: { ...known, ...(await this.binds()) }, shards: [] };
  }
  async commit(plan: Plan, compiled: Plan, { bound }: { bound: Bound }): Promise<void> {
    this.compiled = compiled;
    this.steps.push(`commit ${plan.version}`);
    this.plan = plan;
    this.bound = bound;
  }
}

const NEXT = () => planOf({ a: '127.0.0.1:0', b: A });

describe('reloads', () => {
  test('go step by step: shown first, probed before a shard hears of it, then bound, then in force', async () => {
    const service = new FakeService();
    const reloaded = await new Reloads(service).run(NEXT());
    expect(service.steps).toEqual(['show 2', 'upstreams 2', 'prepare 2', 'commit 2']);
    expect(reloaded).toMatchObject({ version: 2, diff: { listeners: { changed: ['b'] } } });
  });

  test('a listener that stays is known by its real address, one that moves is not', async () => {
    const service = new FakeService();
    await new Reloads(service).run(NEXT());
    expect(service.known).toEqual([{ a: '127.0.0.1:4711' }]);
  });

  test('the same plan again changes nothing', async () => {
    const service = new FakeService();
    const same = await new Reloads(service).run(planOf({ a: '127.0.0.1:0', b: B }));
    expect(same.version).toBe(1);
    expect(service.steps).toEqual([]);
  });

  test('a plan that cannot be bound is taken back, and nothing of it is shown while that is waited for', async () => {
    const service = new FakeService();
    service.binds = async () => {
      service.probes = () => new Promise(() => {});
      throw TAKEN;
    };
    const refused = new Reloads(service).run(NEXT());
    await until(() => service.steps.length === 5);
    expect(service.steps).toEqual(['show 2', 'upstreams 2', 'prepare 2', 'upstreams 1', 'show 1']);
    expect(service.plan.version).toBe(1);
    void refused;
  });

  test('a refused reload rejects with what was wrong, and the next one goes on from the plan in force', async () => {
    const service = new FakeService();
    const reloads = new Reloads(service);
    service.binds = async () => {
      throw TAKEN;
    };
    await expect(reloads.run(NEXT())).rejects.toBe(TAKEN);
    service.binds = async () => ({ b: A });
    expect((await reloads.run(NEXT())).version).toBe(2);
    expect(service.bound).toEqual({ a: '127.0.0.1:4711', b: A });
  });

  test('come one after another, in the order in which they were asked for', async () => {
    const service = new FakeService();
    const reloads = new Reloads(service);
    const first = reloads.run(NEXT());
    const second = reloads.run(planOf({ a: '127.0.0.1:0' }));
    expect((await first).version).toBe(2);
    expect((await second).version).toBe(3);
    expect(service.steps.map((step) => step.slice(-1))).toEqual(['2', '2', '2', '2', '3', '3', '3', '3']);
  });

  test('what makes a plan is asked when its turn comes, and told when its plan is in force', async () => {
    const service = new FakeService();
    const reloads = new Reloads(service);
    const versions: string[] = [];
    const step = (plan: Plan) => () => {
      versions.push(`asked at ${service.plan.version}`);
      return { plan, taken: () => void versions.push(`taken at ${service.plan.version}`) };
    };
    const both = [reloads.run(step(NEXT())), reloads.run(step(planOf({ a: '127.0.0.1:0' })))];
    await Promise.all(both);
    await reloads.run(step(planOf({ a: '127.0.0.1:0' })));
    expect(versions).toEqual([
      'asked at 1',
      'taken at 2',
      'asked at 2',
      'taken at 3',
      'asked at 3',
      'taken at 3',
    ]);
  });

  test('one that is refused, or cannot be made, is not told as in force', async () => {
    const service = new FakeService();
    const reloads = new Reloads(service);
    service.binds = async () => {
      throw TAKEN;
    };
    let isTaken = false;
    const taken = (): void => {
      isTaken = true;
    };
    await expect(reloads.run(() => ({ plan: NEXT(), taken }))).rejects.toBe(TAKEN);
    const unmade = reloads.run(() => {
      throw TAKEN;
    });
    await expect(unmade).rejects.toBe(TAKEN);
    expect([isTaken, service.plan.version]).toEqual([false, 1]);
  });

  test('one that had to wait for another is refused where the service drains by then', async () => {
    const service = new FakeService();
    const reloads = new Reloads(service);
    const first = reloads.run(NEXT());
    const second = reloads.run(planOf({ a: '127.0.0.1:0' })).catch((error: Error) => error);
    await first;
    service.current_phase = 'draining';
    expect(await second).toMatchObject({
      code: 'RELOAD_REFUSED',
      message: 'a service that is draining is not reloaded',
    });
    expect(service.steps).toEqual(['show 2', 'upstreams 2', 'prepare 2', 'commit 2']);
  });

  test('a drain that begins while the first probes are waited for ends the reload before a shard hears of it', async () => {
    const service = new FakeService();
    service.probes = async () => {
      service.current_phase = 'draining';
    };
    await expect(new Reloads(service).run(NEXT())).rejects.toMatchObject({ code: 'RELOAD_REFUSED' });
    expect(service.steps).toEqual(['show 2', 'upstreams 2', 'upstreams 1', 'show 1']);
    expect(service.plan.version).toBe(1);
  });
});

/** Lets promises settle until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; turns < 100 && !isSo(); turns++) await Promise.resolve();
}
