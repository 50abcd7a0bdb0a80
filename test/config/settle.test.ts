import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FreeSlots, parseConfig, settlePlan } from '../../src/config/index.ts';
import type { BackendPlan, ListenerPlan, Plan } from '../../src/core/plan.ts';
import { ENVIRONMENT, WITH_LINUX_PLANE } from './support/cases.ts';
import { anyFile, type FileModel, planOf } from './support/files.ts';

const NONE: FreeSlots = { listeners: new Set(), pools: new Set(), backends: new Set() };
const OLD_NODE = { ...ENVIRONMENT, nodeVersion: 'v20.19.0' };

const anyFree: fc.Arbitrary<FreeSlots> = fc.record({
  listeners: fc.uniqueArray(fc.nat(6)).map((slots) => new Set(slots)),
  pools: fc.uniqueArray(fc.nat(6)).map((slots) => new Set(slots)),
  backends: fc.uniqueArray(fc.nat(20)).map((slots) => new Set(slots)),
});
const anyHistory = fc.record({
  first: anyFile,
  reloads: fc.array(fc.record({ file: anyFile, free: anyFree }), { minLength: 1, maxLength: 8 }),
  environment: fc.constantFrom(ENVIRONMENT, OLD_NODE),
});

/** All properties look at the same histories, whose files are compiled once for all of them. */
const SEED = Date.now() % 2 ** 31;
const compiled = new Map<string, Plan>();

function planOnce(file: FileModel, environment: typeof ENVIRONMENT): Plan {
  const key = `${environment.nodeVersion} ${JSON.stringify(file)}`;
  const plan = compiled.get(key) ?? planOf(file, environment);
  compiled.set(key, plan);
  return plan;
}

/** Calls `see` after each reload of each of many histories. */
function forAll(see: (step: { current: Plan; next: Plan; free: FreeSlots; settled: Plan }) => void): void {
  fc.assert(
    fc.property(anyHistory, ({ first, reloads, environment }) => {
      let current = planOnce(first, environment);
      for (const { file, free } of reloads) {
        const next = planOnce(file, environment);
        const settled = settlePlan(current, next, free);
        see({ current, next, free, settled });
        current = settled;
      }
    }),
    { numRuns: 100, seed: SEED },
  );
}

const poolName = (plan: Plan, pool: number) => plan.pools[pool]?.name;
const backendName = (plan: Plan, backend: BackendPlan) => `${poolName(plan, backend.pool)}/${backend.name}`;
const targets = (plan: Plan, listener: ListenerPlan) =>
  listener.routes.map(({ action }) => {
    if (action.kind === 'split') return action.of.map(({ pool, weight }) => [poolName(plan, pool), weight]);
    return action.kind === 'pool' ? poolName(plan, action.pool) : action;
  });

/** What a plan means: names instead of indexes, in the order of the names, without what is retired. */
function meaning(plan: Plan) {
  const byName = <T extends { name: string; retired: boolean }>(all: readonly T[]) =>
    all.filter(({ retired }) => !retired).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    listeners: byName(plan.listeners).map((listener) => ({
      ...listener,
      index: 0,
      accept: null,
      routes: listener.routes.map((route, at) => ({ ...route, action: targets(plan, listener)[at] })),
    })),
    pools: byName(plan.pools).map((pool) => ({
      ...pool,
      index: 0,
      backends: pool.backends.map((row) => ({ ...plan.backends[row], row: 0, pool: pool.name })),
    })),
    backends: plan.backends
      .filter(({ retired }) => !retired)
      .map((backend) => backendName(plan, backend))
      .sort(),
  };
}

describe('a plan settled after any history of reloads', () => {
  it('means what the new file means', () => {
    forAll(({ next, settled }) => expect(meaning(settled)).toEqual(meaning(next)));
  });

  it('has every entry at the position of its index, and every name once', () => {
    forAll(({ settled }) => {
      const { listeners, pools, backends } = settled;
      expect(listeners.map(({ index }) => index)).toEqual([...listeners.keys()]);
      expect(pools.map(({ index }) => index)).toEqual([...pools.keys()]);
      expect(backends.map(({ row }) => row)).toEqual([...backends.keys()]);
      for (const names of [
        listeners.map(({ name }) => name),
        pools.map(({ name }) => name),
        backends.map((backend) => backendName(settled, backend)),
      ])
        expect(new Set(names).size).toBe(names.length);
    });
  });

  it('has what both plans know where it was, also what comes back from retirement', () => {
    forAll(({ current, next, settled }) => {
      for (const { name } of next.listeners) {
        const slot = current.listeners.findIndex((listener) => listener.name === name);
        if (slot >= 0) expect(settled.listeners[slot]).toMatchObject({ name, retired: false });
      }
      for (const { name } of next.pools) {
        const slot = current.pools.findIndex((pool) => pool.name === name);
        if (slot >= 0) expect(settled.pools[slot]).toMatchObject({ name, retired: false });
      }
      for (const backend of next.backends) {
        const name = backendName(next, backend);
        const row = current.backends.findIndex((other) => backendName(current, other) === name);
        const there = settled.backends[row];
        if (there !== undefined) expect([backendName(settled, there), there.retired]).toEqual([name, false]);
      }
    });
  });

  it('keeps what went away as it was, and gives its slot away only when it is retired and free', () => {
    forAll(({ current, free, settled }) => {
      for (const kind of ['listeners', 'pools', 'backends'] as const)
        for (const [slot, before] of current[kind].entries()) {
          const after = settled[kind][slot];
          if (after?.name !== before.name)
            expect([before.retired, free[kind].has(slot)]).toEqual([true, true]);
          else if (after.retired) expect(after).toEqual({ ...before, retired: true });
        }
    });
  });

  it('leaves retired entries referring to the pools they referred to', () => {
    forAll(({ current, settled }) => {
      for (const after of settled.backends.filter(({ retired }) => retired))
        expect(backendName(settled, after)).toBe(backendName(current, current.backends[after.row]!));
      for (const after of settled.listeners.filter(({ retired }) => retired))
        expect(targets(settled, after)).toEqual(targets(current, current.listeners[after.index]!));
    });
  });

  it('takes a new slot only when no other may be taken', () => {
    forAll(({ current, free, settled }) => {
      if (settled.listeners.length === current.listeners.length) return;
      const idle = settled.listeners.filter(
        ({ index, retired }) => retired && current.listeners[index]?.retired && free.listeners.has(index),
      );
      expect(idle).toEqual([]);
    });
  });

  it('has an acceptor among the shards that run, which stays the same', () => {
    forAll(({ current, settled }) => {
      const shards = current.groups.reduce((sum, { count }) => sum + count, 0);
      for (const listener of settled.listeners.filter(({ retired }) => !retired)) {
        const { accept, index, listen, name } = listener;
        if (accept.shards === 'every')
          expect([listen.kind, current.workers.count > 0]).toEqual(['tcp', true]);
        else expect(accept.shards).toBeLessThan(shards);
        const before = current.listeners[index];
        if (before?.name !== name || accept.shards === 'every' || before.accept.shards === 'every') continue;
        expect(accept.shards).toBe(before.accept.shards);
      }
    });
  });

  it('differs from a second settling of the same file in its version alone', () => {
    forAll(({ next, settled }) =>
      expect(settlePlan(settled, next, NONE)).toEqual({ ...settled, version: settled.version + 1 }),
    );
  });
});

const FILE: FileModel = {
  listeners: [{ name: 'edge', unix: false, to: ['web'] }],
  pools: [{ name: 'web', backends: ['a', 'b'] }],
  workers: 3,
  drain: 1,
};

describe('a settled plan', () => {
  it('is the plan it came from, where the file is the same, with the next version', () => {
    const current = planOf(FILE);
    expect(settlePlan(current, planOf(FILE), NONE)).toEqual({ ...current, version: 2 });
  });

  it('has a backend whose address has changed in another row', () => {
    const text = (port: number) =>
      `listeners: [{ name: edge, listen: ":0", to: web }]\npools: { web: { backends: [{ name: a, address: "10.0.0.1:${port}" }] } }`;
    const [one, two] = [80, 81].map((port) => parseConfig(text(port), 'x.yaml', ENVIRONMENT).plan);
    const settled = settlePlan(one!, two!, NONE);
    expect(settled.pools[0]?.backends).toEqual([1]);
    expect(settled.backends.map(({ retired }) => retired)).toEqual([true, false]);
  });

  it('has the settings of before where only a restart can change them, and the new ones elsewhere', () => {
    const text = (lines: string) =>
      `listeners: [{ name: edge, listen: "127.0.0.1:8080", to: web }]\npools: { web: { backends: ["10.0.0.1:80"] } }\n${lines}`;
    const one = parseConfig(
      text('workers: 2\nadmin: { listen: "127.0.0.1:1" }\n'),
      'x.yaml',
      ENVIRONMENT,
    ).plan;
    const changed = [
      'workers: 4\nreload: watch\nadmin: { listen: "127.0.0.1:2", token_env: T }\nmachine_engine: interpreter',
      'telemetry: { traces: { otlp: "http://h:1", sample: 0.5 }, metrics: { prometheus: "127.0.0.1:3" }, access_log: { to: off } }',
      'timeouts: { drain: 7s, hang: 3s }\nsocket: { no_delay: false }\nlimits: { connections: 9 }\n',
    ].join('\n');
    const two = parseConfig(text(changed), 'x.yaml', ENVIRONMENT).plan;
    const settled = settlePlan(one, two, NONE);
    const { workers, groups, admin, reload } = one;
    expect(settled).toMatchObject({ workers, groups, admin, reload });
    expect(settled.telemetry).toEqual({ ...one.telemetry, sample: 0.5 });
    const { machineEngine, drainMs, hangMs, socket } = two;
    expect(settled).toMatchObject({ machineEngine, drainMs, hangMs, socket });
    expect(settled.limits.connections.value).toBe(9);
    expect([one.limits.descriptors, settled.limits.descriptors]).toEqual([19_987, 19_987]);
    expect(two.limits.descriptors).toBe(19_973);
  });

  it('is accepted on the main thread where that is where the shard runs, whatever the new file asks for', () => {
    const settled = settlePlan(planOf({ ...FILE, workers: 0 }), planOf({ ...FILE, workers: 4 }), NONE);
    expect(settled.listeners[0]?.accept.shards).toBe(0);
    expect(settled.limits.descriptors).toBe(20_000);
  });

  it('stays on the plane that runs, and shares ports as that can', () => {
    const old = { nodeVersion: 'v20.19.0' };
    const [onLinux, onNet] = [
      planOf(FILE, { ...WITH_LINUX_PLANE, ...old }),
      planOf({ ...FILE, workers: 3 }, { ...ENVIRONMENT, ...old }),
    ];
    const reason = 'the running service has this plane, and a restart may change it';
    const staysLinux = settlePlan(onLinux, onNet, NONE);
    expect(staysLinux.listeners[0]).toMatchObject({
      plane: { name: 'linux', reason },
      accept: { shards: 'every' },
    });
    expect(staysLinux.groups).toEqual(onLinux.groups);
    expect(staysLinux.limits.descriptors).toBe(onLinux.limits.descriptors);
    const staysNet = settlePlan(onNet, onLinux, NONE);
    expect(staysNet.listeners[0]).toMatchObject({ plane: { name: 'net', reason }, accept: { shards: 0 } });
    expect(staysNet.limits.descriptors).toBe(onNet.limits.descriptors);
    expect(settlePlan(staysLinux, onLinux, NONE)).toEqual({ ...onLinux, version: 3 });
  });

  it('shares a port on net as the running plan tells where the next one is for linux', () => {
    const settled = settlePlan(planOf(FILE), planOf(FILE, WITH_LINUX_PLANE), NONE);
    expect(settled.listeners[0]?.accept.shards).toBe('every');
  });

  it('shares no port where the plans do not tell whether that is possible', () => {
    const onUnix = { ...FILE, listeners: [{ name: 'edge', unix: true, to: ['web'] }] };
    const settled = settlePlan(planOf(onUnix), planOf({ ...FILE, workers: 0 }), NONE);
    expect(settled.listeners[0]?.accept).toEqual({
      shards: 0,
      reason: 'the running service has shared no port so far, and a restart may do it',
    });
  });

  it('does not give away the slot of a pool to which a retired listener leads', () => {
    const { pools: _, ...rest } = FILE;
    const api = { name: 'api', backends: ['a'] };
    const inner = { name: 'inner', unix: false, to: ['api'] };
    const first = {
      ...rest,
      listeners: [...FILE.listeners, inner],
      pools: [{ name: 'web', backends: ['a'] }, api],
    };
    const second = { ...rest, listeners: [inner], pools: [api] };
    const third = { ...rest, listeners: [inner], pools: [api, { name: 'mail', backends: ['a'] }] };
    const settled = settlePlan(planOf(first), planOf(second), NONE);
    const free = { ...NONE, pools: new Set([0]), backends: new Set([0]) };
    const { pools, backends } = settlePlan(settled, planOf(third), free);
    expect(pools.map(({ name }) => name)).toEqual(['web', 'api', 'mail']);
    expect(backends[0]).toMatchObject({ pool: 2, retired: false });
  });

  it('gives slots that are free to what is new, the lowest first', () => {
    const names = (...listeners: string[]): FileModel => ({
      ...FILE,
      listeners: listeners.map((name) => ({ name, unix: false, to: ['web'] })),
    });
    let plan = planOf(names('a', 'b', 'c'));
    plan = settlePlan(plan, planOf(names('d')), { ...NONE, listeners: new Set([0, 1, 2]) });
    expect(plan.listeners.map(({ name, retired }) => [name, retired])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
      ['d', false],
    ]);
    plan = settlePlan(plan, planOf(names('e', 'd', 'c', 'f')), { ...NONE, listeners: new Set([1, 2]) });
    expect(plan.listeners.map(({ name, retired }) => [name, retired])).toEqual([
      ['a', true],
      ['e', false],
      ['c', false],
      ['d', false],
      ['f', false],
    ]);
  });
});
