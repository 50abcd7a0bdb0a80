import { assign, fromCallback, setup } from 'xstate';
import type { NameAnswer } from '../src/core/names.ts';

/** Failures in a row after which the wait no longer grows. */
export const FAILURES_COUNTED_MAX = 16;

/** What a name is watched with. */
export interface NameInput {
  readonly name: string;
}

export interface NameContext extends NameInput {
  /** How long the last answer may be believed, as the servers say, in milliseconds; null = nobody said. */
  readonly ttlMs: number | null;
  /** Askings in a row that failed, up to `FAILURES_COUNTED_MAX`. */
  readonly failures: number;
}

/** What the chart is told: by its asker, and by whoever watches the name (`stop`). */
export type NameEvent =
  | { readonly type: 'answer.found'; readonly answer: Extract<NameAnswer, { kind: 'found' }> }
  | { readonly type: 'answer.failed'; readonly cause: string; readonly ttlMs: number | null }
  | { readonly type: 'stop' };

/**
 * One name whose addresses, or servers, are to be known. It is asked for at once, then again after its TTL, or after a wait
 * where it could not be resolved; both within bounds. What was found stays when a later asking fails. `reportFound` and
 * `reportFailed` are run for each answer.
 */
export const nameMachine = setup({
  types: {
    context: {} as NameContext,
    events: {} as NameEvent,
    input: {} as NameInput,
  },
  actors: {
    asker: fromCallback<NameEvent>(({ receive }) => receive(unprovided('actor', 'asker'))),
  },
  actions: {
    reportFound: unprovided('action', 'reportFound'),
    reportFailed: unprovided('action', 'reportFailed'),
    noteFound: assign(({ event }) => ({
      failures: 0,
      ttlMs: event.type === 'answer.found' ? event.answer.ttlMs : null,
    })),
    noteFailed: assign(({ context, event }) => ({
      failures: Math.min(context.failures + 1, FAILURES_COUNTED_MAX),
      ttlMs: event.type === 'answer.failed' ? event.ttlMs : null,
    })),
  },
  delays: {
    again: unprovided('delay', 'again') as () => number,
  },
}).createMachine({
  id: 'name',
  context: ({ input }) => ({ ...input, ttlMs: null, failures: 0 }),
  initial: 'asking',
  on: { stop: '.stopped' },
  states: {
    asking: {
      description: 'The servers are asked. What was known of the name before is used meanwhile.',
      invoke: {
        id: 'asker',
        src: 'asker',
        onError: { target: 'waiting.unresolved', actions: ['noteFailed', 'reportFailed'] },
      },
      on: {
        'answer.found': { target: 'waiting.resolved', actions: ['noteFound', 'reportFound'] },
        'answer.failed': { target: 'waiting.unresolved', actions: ['noteFailed', 'reportFailed'] },
      },
    },
    waiting: {
      description: 'For as long as the TTL of the answer says, or until it is worth asking again.',
      after: { again: 'asking' },
      initial: 'resolved',
      states: {
        resolved: { description: 'The answer is used.' },
        unresolved: {
          description: 'The name is not known, or nobody answered. What was known of it before stays in use.',
        },
      },
    },
    stopped: {
      description: 'Nobody wants to know the name any more.',
      type: 'final',
    },
  },
});

/** A chart's part has no body; running one that nobody provided is a defect, told by name. */
function unprovided(kind: string, name: string) {
  return (): never => {
    throw new Error(`the ${kind} "${name}" of the name chart was not provided`);
  };
}
