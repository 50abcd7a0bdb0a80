import { assign, fromCallback, raise, sendTo, setup, spawnChild } from 'xstate';

/** First wait before something that crashed is started again; it doubles with each crash in a row. */
export const RESTART_DELAY_MS = 1_000;

/** Longest wait before something that crashed is started again. */
export const RESTART_DELAY_MS_MAX = 30_000;

/** Crashes in a row after which the wait no longer grows. */
export const CRASHES_COUNTED_MAX = 6;

/** What is known of a backend, by the names of the chart's states. */
export type HealthName = 'unknown' | 'healthy' | 'unhealthy';

/**
 * Which of its intervals a backend is probed in: `fast` while a result contradicts what is known, `down` while the backend
 * is unhealthy and none does, else `steady`.
 */
export type ProbePace = 'steady' | 'fast' | 'down';

/** What a checker is created with. `health` is what its predecessor knew; `unknown` for the first. */
export interface HealthCheckerInput {
  readonly row: number;
  readonly rise: number;
  readonly fall: number;
  readonly health: HealthName;
}

export interface HealthCheckerContext extends HealthCheckerInput {
  /** Results in a row that speak against the present state; a change sets it to 0. */
  readonly contrary: number;
  /** Times in a row that probing itself failed, up to `CRASHES_COUNTED_MAX`; a result sets it to 0. */
  readonly troubles: number;
  readonly pace: ProbePace;
}

/** What a checker is told: by its prober, by its own timer, and by its supervisor (`stop`). */
export type HealthCheckerEvent =
  /** `said`: what the backend did within so many milliseconds. */
  | { readonly type: 'probe.passed'; readonly ms: number; readonly said: string }
  | { readonly type: 'probe.failed'; readonly cause: string }
  /** This machine could not make the probe (no descriptor, no port), which says nothing of the backend. */
  | { readonly type: 'probe.impossible'; readonly cause: string }
  | { readonly type: 'prober.restart' }
  | { readonly type: 'stop' };

/** What a prober is told: by its checker what to probe from now on and how often, by itself that its probing has crashed. */
export type ProberEvent =
  | { readonly type: 'probe.begin'; readonly row: number; readonly pace: ProbePace }
  | { readonly type: 'probe.pace'; readonly pace: ProbePace }
  | { readonly type: 'probe.crashed'; readonly error: unknown };

/**
 * The health of one backend. The first result decides at once; after it, `fall` failures in a row make it unhealthy and
 * `rise` passes in a row make it healthy. `report` is run exactly once for each change, `reportTrouble` when probing
 * itself fails. A prober that crashes is started again after a wait; what is known of the backend stays.
 */
export const healthCheckerMachine = setup({
  types: {
    context: {} as HealthCheckerContext,
    events: {} as HealthCheckerEvent,
    input: {} as HealthCheckerInput,
    children: {} as { prober: 'prober' },
  },
  actors: {
    prober: fromCallback<ProberEvent>(({ receive }) => receive(unprovided('actor', 'prober'))),
  },
  actions: {
    report: unprovided('action', 'report') as (_: unknown, params: { health: HealthName }) => void,
    reportTrouble: unprovided('action', 'reportTrouble'),
    beginProbing: sendTo('prober', ({ context: { row, pace } }) => ({ type: 'probe.begin', row, pace })),
    tellPace: sendTo('prober', ({ context: { pace } }) => ({ type: 'probe.pace', pace })),
    restartProber: spawnChild('prober', { id: 'prober' }),
    restartLater: raise({ type: 'prober.restart' }, { delay: 'restartDelay' }),
    noteChange: assign({ contrary: 0, troubles: 0, pace: (_, { to }: { to: ProbePace }) => to }),
    noteAgreement: assign({ contrary: 0, troubles: 0, pace: (_, { to }: { to: ProbePace }) => to }),
    noteContradiction: assign({
      contrary: ({ context }) => context.contrary + 1,
      troubles: 0,
      pace: 'fast',
    }),
    noteTrouble: assign({
      troubles: ({ context }) => Math.min(context.troubles + 1, CRASHES_COUNTED_MAX),
    }),
  },
  guards: {
    wasHealthy: ({ context }) => context.health === 'healthy',
    wasUnhealthy: ({ context }) => context.health === 'unhealthy',
    reachesRise: ({ context }) => context.contrary + 1 >= context.rise,
    reachesFall: ({ context }) => context.contrary + 1 >= context.fall,
    isNewTrouble: ({ context }) => context.troubles === 0,
  },
  delays: {
    restartDelay: ({ context }) => restartDelayMs(context.troubles),
  },
}).createMachine({
  id: 'health-checker',
  context: ({ input }) => ({
    ...input,
    contrary: 0,
    troubles: 0,
    pace: input.health === 'unhealthy' ? 'down' : 'steady',
  }),
  entry: 'beginProbing',
  invoke: {
    id: 'prober',
    src: 'prober',
    onError: { actions: ['noteTrouble', 'reportTrouble', 'restartLater'] },
  },
  on: {
    'prober.restart': { actions: ['restartProber', 'beginProbing'] },
    'probe.impossible': [
      { guard: 'isNewTrouble', actions: ['noteTrouble', 'reportTrouble'] },
      { actions: 'noteTrouble' },
    ],
    stop: '.stopped',
  },
  initial: 'unknown',
  states: {
    unknown: {
      description: 'No probe has answered yet; the backend is used. A restarted checker passes on at once.',
      always: [
        { guard: 'wasHealthy', target: 'healthy' },
        { guard: 'wasUnhealthy', target: 'unhealthy' },
      ],
      on: {
        'probe.passed': {
          target: 'healthy',
          actions: [
            { type: 'noteChange', params: { to: 'steady' } },
            'tellPace',
            { type: 'report', params: { health: 'healthy' } },
          ],
        },
        'probe.failed': {
          target: 'unhealthy',
          actions: [
            { type: 'noteChange', params: { to: 'down' } },
            'tellPace',
            { type: 'report', params: { health: 'unhealthy' } },
          ],
        },
      },
    },
    healthy: {
      description: 'The backend is used. Counts failures in a row up to fall.',
      on: {
        'probe.passed': { actions: [{ type: 'noteAgreement', params: { to: 'steady' } }, 'tellPace'] },
        'probe.failed': [
          {
            guard: 'reachesFall',
            target: 'unhealthy',
            actions: [
              { type: 'noteChange', params: { to: 'down' } },
              'tellPace',
              { type: 'report', params: { health: 'unhealthy' } },
            ],
          },
          { actions: ['noteContradiction', 'tellPace'] },
        ],
      },
    },
    unhealthy: {
      description: 'The backend is not used. Counts passes in a row up to rise.',
      on: {
        'probe.failed': { actions: [{ type: 'noteAgreement', params: { to: 'down' } }, 'tellPace'] },
        'probe.passed': [
          {
            guard: 'reachesRise',
            target: 'healthy',
            actions: [
              { type: 'noteChange', params: { to: 'steady' } },
              'tellPace',
              { type: 'report', params: { health: 'healthy' } },
            ],
          },
          { actions: ['noteContradiction', 'tellPace'] },
        ],
      },
    },
    stopped: {
      description: 'The prober is stopped with its checker.',
      type: 'final',
    },
  },
});

/** The wait after so many crashes in a row: 1 s, 2 s, 4 s … up to `RESTART_DELAY_MS_MAX`. */
export function restartDelayMs(crashes: number): number {
  return Math.min(RESTART_DELAY_MS * 2 ** Math.max(0, crashes - 1), RESTART_DELAY_MS_MAX);
}

/** A chart's part has no body; running one that nobody provided is a defect, told by name. */
function unprovided(kind: string, name: string) {
  return (): never => {
    throw new Error(`the ${kind} "${name}" of the health checker chart was not provided`);
  };
}
