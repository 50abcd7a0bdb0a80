import { assign, type ErrorActorEvent, raise, setup, stopChild } from 'xstate';
import {
  CRASHES_COUNTED_MAX,
  type HealthCheckerInput,
  type HealthName,
  healthCheckerMachine,
  restartDelayMs,
} from './health-checker.ts';

/** What a balancer is created with: its pool, and the backends of it that are probed. */
export interface BalancerInput {
  readonly pool: number;
  readonly members: readonly HealthCheckerInput[];
}

/** A backend as its supervisor knows it: enough to start its checker again where the old one left off. */
export interface BalancerMember extends HealthCheckerInput {
  /** Whether the first round of probes waits for it no more: it has a result, or its probing failed. */
  readonly answered: boolean;
  /** Crashes of its checker since its last report, up to `CRASHES_COUNTED_MAX`. */
  readonly crashes: number;
}

export interface BalancerContext {
  readonly pool: number;
  readonly members: readonly BalancerMember[];
}

/** What a balancer is told: by its checkers, by its own timers, and by its owner (`stop`). */
export type BalancerEvent =
  | { readonly type: 'backend.changed'; readonly row: number; readonly health: HealthName }
  | { readonly type: 'backend.unprobed'; readonly row: number }
  | { readonly type: 'checker.restart'; readonly row: number }
  | { readonly type: 'stop' }
  | ErrorActorEvent<unknown, `checker.${number}`>;

/** Id of the checker of a backend within its balancer. */
export function checkerId(row: number): `checker.${number}` {
  return `checker.${row}`;
}

/** The backend that an event is about, or -1. */
export function rowOf(event: BalancerEvent): number {
  if ('row' in event) return event.row;
  return 'actorId' in event ? Number(event.actorId.slice('checker.'.length)) : -1;
}

/**
 * The supervisor of one pool: a child health checker for each backend that is probed. It keeps what each has found out,
 * and when one crashes runs `reap` (give back what the crashed one held, tell of it) and starts another, which knows what
 * the old one knew, after a wait that doubles with each crash.
 */
export const balancerMachine = setup({
  types: {
    context: {} as BalancerContext,
    events: {} as BalancerEvent,
    input: {} as BalancerInput,
    children: {} as { [id: `checker.${number}`]: 'checker' },
  },
  actors: { checker: healthCheckerMachine },
  actions: {
    reap: unprovided('reap'),
    startCheckers: assign(({ context, spawn }) => {
      for (const member of context.members) {
        spawn('checker', { id: checkerId(member.row), input: inputOf(member) });
      }
      return {};
    }),
    restartChecker: assign(({ context, event, spawn }) => {
      const member = context.members.find(({ row }) => row === rowOf(event));
      if (member !== undefined) spawn('checker', { id: checkerId(member.row), input: inputOf(member) });
      return {};
    }),
    stopCheckers: ({ self }) => {
      for (const checker of Object.values(self.getSnapshot().children)) checker?.send({ type: 'stop' });
    },
    dropChecker: stopChild(({ event }) => checkerId(rowOf(event))),
    restartLater: raise(({ event }) => ({ type: 'checker.restart', row: rowOf(event) }), {
      delay: 'restartDelay',
    }),
    noteHealth: assign(({ context, event }) =>
      event.type === 'backend.changed'
        ? withMember(context, event.row, () => ({ health: event.health, answered: true, crashes: 0 }))
        : {},
    ),
    noteUnprobed: assign(({ context, event }) =>
      withMember(context, rowOf(event), () => ({ answered: true })),
    ),
    noteCrash: assign(({ context, event }) =>
      withMember(context, rowOf(event), ({ crashes }) => ({
        answered: true,
        crashes: Math.min(crashes + 1, CRASHES_COUNTED_MAX),
      })),
    ),
  },
  guards: {
    roundEnded: ({ context }) => context.members.every(({ answered }) => answered),
  },
  delays: {
    restartDelay: ({ context, event }) =>
      restartDelayMs(context.members.find(({ row }) => row === rowOf(event))?.crashes ?? 1),
  },
}).createMachine({
  id: 'balancer',
  context: ({ input }) => ({
    pool: input.pool,
    members: input.members.map((member) => ({
      ...member,
      answered: member.health !== 'unknown',
      crashes: 0,
    })),
  }),
  entry: 'startCheckers',
  on: {
    'backend.changed': { actions: 'noteHealth' },
    'backend.unprobed': { actions: 'noteUnprobed' },
    'xstate.error.actor.checker.*': { actions: ['noteCrash', 'reap', 'dropChecker', 'restartLater'] },
    'checker.restart': { actions: 'restartChecker' },
    stop: '.stopped',
  },
  initial: 'starting',
  states: {
    starting: {
      description: 'The first round of probes is under way; backends not yet heard of are used.',
      always: { guard: 'roundEnded', target: 'serving' },
    },
    serving: {
      description: 'Every probed backend has had a result, or could not be probed.',
    },
    stopped: {
      description:
        'Every checker is stopped. Not final: ending with a thousand children costs XState seconds, telling them to stop does not.',
      entry: 'stopCheckers',
      on: { 'checker.restart': {}, stop: {} },
    },
  },
});

function inputOf({ row, rise, fall, health }: HealthCheckerInput): HealthCheckerInput {
  return { row, rise, fall, health };
}

function withMember(
  context: BalancerContext,
  row: number,
  change: (member: BalancerMember) => Partial<BalancerMember>,
): Partial<BalancerContext> {
  const index = context.members.findIndex((member) => member.row === row);
  const member = context.members[index];
  if (member === undefined) return {};
  return { members: context.members.with(index, { ...member, ...change(member) }) };
}

/** A chart's action has no body; running one that nobody provided is a defect, told by name. */
function unprovided(name: string) {
  return (): never => {
    throw new Error(`the action "${name}" of the balancer chart was not provided`);
  };
}
