import { type ActorOptions, createActor } from 'xstate';
import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';
import { type CompiledLogic, compileMachine } from '../../src/machine-engine/index.ts';

/** The chart of a connection, run by either engine. */
export type ConnectionLogic = CompiledLogic<typeof connectionMachine>;

const ACTIONS = [
  'accept',
  'admit',
  'leaveQueue',
  'readHeader',
  'stopReadingHeader',
  'sniff',
  'peek',
  'answerStartTls',
  'shakeHands',
  'stopShakingHands',
  'peekInside',
  'stopSniffing',
  'route',
  'dial',
  'stopDialing',
  'relay',
  'stream',
  'watchBackend',
  'watchClient',
  'drain',
  'finish',
];

const chart = connectionMachine.provide({
  actions: Object.fromEntries(ACTIONS.map((name) => [name, () => {}])),
});

/** Both engines, with actions that do nothing: what is measured is the engine. */
export const ENGINES = {
  interpreter: chart as ConnectionLogic,
  compiled: compileMachine(chart),
} as const;

export type EngineName = keyof typeof ENGINES;

/** The events of an ordinary connection, from accept to closed. */
const LIFE: readonly ConnectionEvent[] = [
  { type: 'admitted' },
  { type: 'sniffed' },
  { type: 'routed', retries: 2, abortOnFin: false },
  { type: 'dialed' },
  { type: 'client.fin' },
  { type: 'backend.fin' },
  { type: 'flushed' },
];

/** Events after which a connection is relaying, and stays so. */
const EVENTS_TO_STREAMING = 4;

const NO_CLOCK: NonNullable<ActorOptions<ConnectionLogic>['clock']> = {
  setTimeout: () => 0,
  clearTimeout: () => {},
};

/** One connection's actor, made as a shard makes it, and told its first `events` events. */
function live(logic: ConnectionLogic, id: number, events: number) {
  const actor = createActor(logic, { input: { id }, clock: NO_CLOCK });
  actor.subscribe({
    error: (error) => {
      throw error;
    },
  });
  actor.start();
  for (let i = 0; i < events; i++) actor.send(LIFE[i]!);
  return actor;
}

/** A whole connection. Throws unless it ends in `closed`. */
export function wholeLife(logic: ConnectionLogic, id: number): void {
  const { status } = live(logic, id, LIFE.length).getSnapshot();
  if (status !== 'done') throw new Error(`a connection ended with status "${status}" instead of "done"`);
}

/** A connection that is streaming and goes on. */
export function streaming(logic: ConnectionLogic, id: number): unknown {
  const actor = live(logic, id, EVENTS_TO_STREAMING);
  if (!actor.getSnapshot().matches({ relaying: 'streaming' }))
    throw new Error('the connection is not streaming');
  return actor;
}
