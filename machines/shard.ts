import { assign, setup } from 'xstate';

/** Wait before a shard that failed twice in a row is started again; it doubles with each failure. The first restart is at once. */
export const SHARD_RESTART_MS = 100;

/** Longest wait before a shard is started again. */
export const SHARD_RESTART_MS_MAX = 5_000;

/** A shard that has served for so long has left its failures behind. */
export const SHARD_STEADY_MS = 1_000;

/** A thread that does not serve so long after its start is ended, and started again unless it never served. */
export const SHARD_START_MS_MAX = 20_000;

/** From a shard's own word that it ends to the end of its thread at the latest. */
export const SHARD_END_MS_MAX = 1_000;

/** Failures in a row after which the wait no longer grows. */
const FAILURES_COUNTED_MAX = 16;

/** How a shard failed, as `ShardFailure` of the core. */
type Cause = 'threw' | 'exited' | 'hung';

export interface ShardInput {
  readonly number: number;
}

export interface ShardContext {
  readonly number: number;
  /** Grows with each restart; wraps at 256, as it does in connection ids. */
  readonly generation: number;
  /** Failures in a row. */
  readonly failures: number;
  /** Why the last one ended; null while none has. */
  readonly cause: Cause | null;
  readonly message: string;
}

/** What a supervisor is told: by its thread, by the heartbeat, and by the service (`stop`). */
export type ShardEvent =
  /** It has taken the plan and accepts. */
  | { readonly type: 'serving' }
  /** Something was thrown that nothing caught; the thread is ending itself. */
  | { readonly type: 'threw'; readonly message: string }
  /** No sign of life for longer than is allowed. */
  | { readonly type: 'silent'; readonly message: string }
  /** The thread is gone. */
  | { readonly type: 'exited'; readonly message: string }
  | { readonly type: 'stop' };

/**
 * The supervisor of one shard. It starts the thread, and when that fails runs `reap` (give back what the dead shard held,
 * report its connections as ended) and starts another of the next generation, at once the first time and after a wait that
 * doubles when it fails again and again. The other shards notice nothing.
 */
export const shardMachine = setup({
  types: {
    context: {} as ShardContext,
    events: {} as ShardEvent,
    input: {} as ShardInput,
  },
  actions: {
    launch: unprovided('launch'),
    terminate: unprovided('terminate'),
    reap: unprovided('reap'),
    close: unprovided('close'),
    noteThrew: assign(({ event }) => (event.type === 'threw' ? failure('threw', event.message) : {})),
    noteHung: assign(({ event }) => (event.type === 'silent' ? failure('hung', event.message) : {})),
    noteExit: assign(({ event }) => (event.type === 'exited' ? failure('exited', event.message) : {})),
    noteSlowStart: assign(() => failure('hung', `it did not serve ${SHARD_START_MS_MAX} ms after its start`)),
    countFailure: assign({ failures: ({ context }) => Math.min(context.failures + 1, FAILURES_COUNTED_MAX) }),
    forgetFailures: assign({ failures: 0 }),
    nextGeneration: assign({ generation: ({ context }) => (context.generation + 1) % 256 }),
  },
  delays: {
    restart: ({ context }) => shardRestartMs(context.failures),
    steady: SHARD_STEADY_MS,
    slowStart: SHARD_START_MS_MAX,
    slowEnd: SHARD_END_MS_MAX,
  },
}).createMachine({
  id: 'shard',
  context: ({ input }) => ({ number: input.number, generation: 0, failures: 0, cause: null, message: '' }),
  initial: 'starting',
  states: {
    starting: {
      description: 'The thread loads its code, binds the listeners and takes the plan.',
      entry: 'launch',
      on: {
        serving: 'running',
        threw: { target: 'ending', actions: 'noteThrew' },
        exited: { target: 'waiting', actions: ['noteExit', 'countFailure', 'reap'] },
        stop: 'stopping',
      },
      after: { slowStart: { target: 'ending', actions: ['noteSlowStart', 'terminate'] } },
    },
    running: {
      description: 'It accepts, and its heart beats.',
      on: {
        threw: { target: 'ending', actions: 'noteThrew' },
        silent: { target: 'ending', actions: ['noteHung', 'terminate'] },
        exited: { target: 'waiting', actions: ['noteExit', 'countFailure', 'reap'] },
        stop: 'stopping',
      },
      after: { steady: { actions: 'forgetFailures' } },
    },
    ending: {
      description:
        'It has failed; its thread is on the way out, and is ended where it does not go by itself.',
      on: {
        exited: { target: 'waiting', actions: ['countFailure', 'reap'] },
        stop: 'stopping',
      },
      after: { slowEnd: { actions: 'terminate' } },
    },
    waiting: {
      description:
        'What it held is given back; the next one starts, after a wait where it fails again and again.',
      on: { stop: 'stopped' },
      after: { restart: { target: 'starting', actions: 'nextGeneration' } },
    },
    stopping: {
      description: 'The service ends: the thread flushes its files and goes.',
      entry: 'close',
      on: { exited: { target: 'stopped', actions: 'reap' } },
    },
    stopped: {
      description: 'The thread is gone and is not started again.',
      type: 'final',
    },
  },
});

/** The wait before a start after so many failures in a row: none, then 100 ms, 200 ms, 400 ms … up to 5 s. */
export function shardRestartMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(SHARD_RESTART_MS * 2 ** (failures - 2), SHARD_RESTART_MS_MAX);
}

function failure(cause: Cause, message: string): Partial<ShardContext> {
  return { cause, message };
}

/** A chart's action has no body; running one that nobody provided is a defect, told by name. */
function unprovided(name: string) {
  return (): void => {
    throw new Error(`the action "${name}" of the shard chart was not provided`);
  };
}
