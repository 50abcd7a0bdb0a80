import type { NoteBackend } from '../../src/core/backend-history.ts';
import type { ErrorFact, Fact, HealthFact } from '../../src/core/facts.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { TlsSessions } from '../../src/core/tls.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import { createTlsSessions } from '../../src/tls/index.ts';
import { startUpstreams } from '../../src/upstream/index.ts';
import { type Answer, FakePlane } from './fake-plane.ts';
import { type Draft, type PoolSketch, planOf, reloaded } from './plans.ts';

/** Wall time at which the planes of these tests begin. */
export const WALL_MS = 1_700_000_000_000;

/** No probe of a fake plane speaks TLS. */
export const NO_TLS: TlsSessions = createTlsSessions({
  onError: (error) => {
    throw error;
  },
});

/** Rows that reloads have to themselves. */
const SPARE_ROWS = 20;

/** Upstreams of a plan of these pools over a fake plane, and all they tell. */
export function start(
  sketches: readonly PoolSketch[],
  answer: (to: string) => Answer,
  onFact: (fact: Fact) => void = () => {},
) {
  let plan: Plan = planOf(...sketches);
  const plane = new FakePlane(answer);
  const table = new UpstreamTable(plan.backends.length + SPARE_ROWS);
  const facts: Fact[] = [];
  const emit = (fact: Fact): void => {
    onFact(fact);
    facts.push(fact);
  };
  const now = () => WALL_MS + plane.timers.now();
  const notes: string[] = [];
  const noted: NoteBackend = (pool, { backend, kind, from, to, detail }) =>
    void notes.push(`${pool}/${backend} ${kind}: ${from} > ${to} (${detail})`);
  const random = () => 0.5;
  const upstreams = startUpstreams({ plan, plane, tls: NO_TLS, table, emit, noted, now, random });
  const isReady = watch(upstreams.ready);
  return {
    /** The plan applied last. */
    current: () => plan,
    plane,
    table,
    upstreams,
    health: () => plan.backends.map(({ row }) => table.health(row)),
    weights: () => plan.backends.map(({ row }) => table.weight(row)),
    /** What a history was told. */
    notes,
    changes: () => facts.filter((fact): fact is HealthFact => fact.kind === 'health'),
    /** What was told of errors, without stacks. */
    errors: () =>
      facts
        .filter((fact): fact is ErrorFact => fact.kind === 'error')
        .map(({ message }) => message.split('\n')[0] ?? ''),
    /** Whether `ready` has resolved by now. */
    isReady,
    /** Applies the next plan; tells whether that has resolved by now. */
    reload(change: (draft: Draft) => void): () => Promise<boolean> {
      plan = reloaded(plan, change);
      return watch(upstreams.apply(plan));
    },
    /** How often the backend in a row was dialed. */
    dialsTo: (row: number) => plane.dials.filter(({ to }) => to.endsWith(`:${9000 + row}`)).length,
  };
}

function watch(promise: Promise<void>): () => Promise<boolean> {
  let isDone = false;
  void promise.then(() => {
    isDone = true;
  });
  return async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return isDone;
  };
}
