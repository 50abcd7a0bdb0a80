import { assign, setup } from 'xstate';
import type { CircuitState, FailureKind } from '../src/core/circuits.ts';

/** Ejections that are remembered: the time of one no longer doubles after so many. */
export const EJECTIONS_MAX = 16;

/** What a circuit is created with: what its predecessor knew, or `closed` and nothing. */
export interface CircuitInput {
  readonly row: number;
  readonly state: CircuitState;
  /** Ejections that were not forgiven yet. */
  readonly ejections: number;
  /** Of an ejection under way, how much of it is left. */
  readonly leftMs: number;
  /** Of the first ejection, and the longest. */
  readonly ejectMs: number;
  readonly ejectMsMax: number;
}

export interface CircuitContext extends CircuitInput {
  /** Whether it was told that the pool cannot spare this backend. */
  readonly withheld: boolean;
}

/** What a circuit is told: of what connections have found, of a probe that found its backend healthy again, and by its owner (`stop`). */
export type CircuitEvent =
  | { readonly type: 'failures.reached'; readonly failure: FailureKind }
  /** As many connections were answered as show that it serves again. */
  | { readonly type: 'trial.passed' }
  /** The backend has not failed of late. */
  | { readonly type: 'failures.ended' }
  | { readonly type: 'probe.passed' }
  | { readonly type: 'stop' };

/**
 * The circuit of one backend, and the only one who decides on its ejection. Too many failures open it, unless the pool
 * cannot spare the backend: then it is not used for a time that doubles with each ejection. After it the circuit is
 * half-open, in which one failure opens it again and some answers, or as long a time without failure, close it. In `closed`
 * an ejection is forgiven each time that one has passed.
 *
 * `eject`, `release`, `close` and `forgive` are run exactly once for each change, and before it: where one throws nothing has
 * changed.
 */
export const circuitMachine = setup({
  types: {
    context: {} as CircuitContext,
    events: {} as CircuitEvent,
    input: {} as CircuitInput,
  },
  actions: {
    eject: unprovided('action', 'eject'),
    withhold: unprovided('action', 'withhold'),
    release: unprovided('action', 'release'),
    close: unprovided('action', 'close'),
    forgive: unprovided('action', 'forgive'),
    noteEjection: assign(({ context }) => ({
      ejections: ejectionsAfter(context),
      leftMs: ejectionMs(context),
      withheld: false,
    })),
    noteForgiven: assign({ ejections: ({ context }) => Math.max(0, context.ejections - 1) }),
    noteWithheld: assign({ withheld: true }),
    noteEnd: assign({ withheld: false }),
  },
  guards: {
    maySpare: unprovided('guard', 'maySpare') as () => boolean,
    isFirstWithheld: ({ context }) => !context.withheld,
    wasOpen: ({ context }) => context.state === 'open',
    wasHalfOpen: ({ context }) => context.state === 'half-open',
    hasEjections: ({ context }) => context.ejections > 0,
  },
  delays: {
    leftMs: ({ context }) => context.leftMs,
    ejectMs: ({ context }) => context.ejectMs,
  },
}).createMachine({
  id: 'circuit',
  context: ({ input }) => ({ ...input, withheld: false }),
  initial: 'resuming',
  on: { stop: '.stopped' },
  states: {
    resuming: {
      description: 'Passes on at once to where its predecessor stood.',
      always: [
        { guard: 'wasOpen', target: 'open' },
        { guard: 'wasHalfOpen', target: 'half-open' },
        { target: 'closed' },
      ],
    },
    closed: {
      description: 'The backend is used.',
      after: {
        ejectMs: {
          guard: 'hasEjections',
          target: 'closed',
          reenter: true,
          actions: ['forgive', 'noteForgiven'],
        },
      },
      on: {
        'failures.reached': [
          {
            guard: 'maySpare',
            target: 'open',
            actions: ['eject', 'noteEjection'],
          },
          { guard: 'isFirstWithheld', actions: ['withhold', 'noteWithheld'] },
        ],
        'failures.ended': { actions: 'noteEnd' },
      },
    },
    open: {
      description: 'The backend is ejected: no new connection goes there.',
      after: { leftMs: { target: 'half-open', actions: 'release' } },
      on: { 'probe.passed': { target: 'half-open', actions: 'release' } },
    },
    'half-open': {
      description: 'The backend is used, for a small part of its share: its first connections decide.',
      after: { ejectMs: { target: 'closed', actions: 'close' } },
      on: {
        'failures.reached': [
          {
            guard: 'maySpare',
            target: 'open',
            actions: ['eject', 'noteEjection'],
          },
          { guard: 'isFirstWithheld', actions: ['withhold', 'noteWithheld'] },
        ],
        'trial.passed': { target: 'closed', actions: 'close' },
      },
    },
    stopped: {
      description: 'Another plan has no use for it. What it knew stands in the table.',
      type: 'final',
    },
  },
});

/** How long an ejection takes after so many that were not forgiven. */
export function ejectionMs({
  ejections,
  ejectMs,
  ejectMsMax,
}: Pick<CircuitContext, 'ejections' | 'ejectMs' | 'ejectMsMax'>): number {
  return Math.min(ejectMsMax, ejectMs * 2 ** Math.min(ejections, EJECTIONS_MAX));
}

/** How many are remembered after one more; no more than it takes to reach the longest. */
export function ejectionsAfter(
  context: Pick<CircuitContext, 'ejections' | 'ejectMs' | 'ejectMsMax'>,
): number {
  const isLongest = ejectionMs(context) >= context.ejectMsMax;
  return isLongest ? Math.max(1, context.ejections) : Math.min(context.ejections + 1, EJECTIONS_MAX);
}

/** A chart's part has no body; running one that nobody provided is a defect, told by name. */
function unprovided(kind: string, name: string) {
  return (): never => {
    throw new Error(`the ${kind} "${name}" of the circuit chart was not provided`);
  };
}
