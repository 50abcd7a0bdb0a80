import type { Fleet, Memory } from './control/index.ts';
import type { NoteBackend } from './core/backend-history.ts';
import { errorFact } from './core/error-fact.ts';
import type { FactQueue } from './core/fact-queue.ts';
import type { Plan } from './core/plan.ts';
import type { Plane } from './core/ports.ts';
import { createTlsSessions } from './tls/index.ts';
import { type EnterActor, type NamesKnown, type RunningUpstreams, startUpstreams } from './upstream/index.ts';

interface Parts {
  readonly plane: Plane;
  readonly memory: Memory;
  readonly fleet: Fleet;
  readonly facts: FactQueue;
  readonly enterActor: EnterActor;
  readonly names: NamesKnown;
  readonly noted: NoteBackend;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** Starts the supervisors of the pools of a service's first plan, made of the service's parts. */
export function superviseUpstreams(
  plan: Plan,
  { plane, memory, fleet, facts, enterActor, names, noted, now }: Parts,
): RunningUpstreams {
  const { upstreams: table } = memory;
  return startUpstreams({
    plan,
    plane,
    table,
    names,
    noted,
    now,
    tls: createTlsSessions({ onError: (error) => facts.emit(errorFact(error, now())) }),
    emit: facts.emit,
    random: Math.random,
    enterActor,
    endSessions: (row, most, why) =>
      fleet.endSessions(row, most, why, (of, shard) => table.activeOf(of, shard)),
    countEjection: (row, cause) => memory.countEjection(row, cause),
  });
}
