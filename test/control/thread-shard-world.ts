import type { Bound } from '../../src/control/shard-host.ts';
import { ThreadShard } from '../../src/control/thread-shard.ts';
import type { InspectedConnections } from '../../src/core/inspection.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { SharedRegions } from '../../src/core/regions.ts';
import type { LiveStagePlan } from '../../src/core/stage-control.ts';
import { type Answers, FakeThreads, obedient } from './fake-threads.ts';

/** As much of a plan as supervision looks at. */
export const planOf = (version: number): Plan =>
  ({
    version,
    workers: { count: 8, reason: '', pipes: 0, busyPoll: false },
    groups: [{ plane: 'net', first: 0, count: 8, reason: '' }],
  }) as unknown as Plan;

/** A shard on fake threads, with all that it told its service. */
export function world() {
  const threads = new FakeThreads();
  const told: string[] = [];
  const state = {
    plan: planOf(1),
    bound: { edge: '127.0.0.1:4711' } as Bound,
    stages: new Map<string, readonly LiveStagePlan[]>(),
    inspected: { connections: [], listeners: [] } as InspectedConnections,
  };
  const shard = new ThreadShard({
    number: 3,
    regions: {} as SharedRegions,
    epoch: 0,
    startThread: threads.start,
    stages: () => state.stages,
    inspected: () => state.inspected,
    enterActor: () => () => {},
    current: () => state,
    names: () => ({}),
    took: ({ version }, bound) => void told.push(`took ${version} ${JSON.stringify(bound)}`),
    facts: () => {},
    wake: (other) => void told.push(`wake ${other}`),
    dead: (_, cause, message) => void told.push(`dead: ${cause}, ${message}`),
    restarted: ({ generation }) => void told.push(`restarted ${generation}`),
  });
  return { threads, told, state, shard };
}

/** One that serves its first plan. */
export async function serving() {
  const made = world();
  const { shard, state } = made;
  await shard.start();
  await shard.prepare(state.plan, {});
  await shard.commit(1);
  shard.serve();
  return made;
}

/** Does all it is asked but these. */
export const silentOn =
  (...kinds: string[]): Answers =>
  (request) =>
    kinds.includes(request.kind) ? [] : obedient(request);
