import { type AnyMachineSnapshot, createActor } from 'xstate';
import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';
import type { CloseReason } from '../../src/core/close-reason.ts';

/** The chart alone: its actions are named but do nothing. */
export const chart = connectionMachine.provide({
  actions: Object.fromEntries(
    [
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
      'dialPlaced',
      'waitForPlace',
      'stopWaiting',
      'stopDialing',
      'relay',
      'noteSilence',
      'stream',
      'watchBackend',
      'watchClient',
      'drain',
      'finish',
    ].map((name) => [name, () => {}]),
  ),
});

const EVENTS: readonly ConnectionEvent[] = [
  { type: 'header.awaited' },
  { type: 'header.read' },
  { type: 'admitted' },
  { type: 'refused', reason: 'denied', how: 'reset' },
  { type: 'refused', reason: 'proxy-header', how: 'reset' },
  { type: 'refused', reason: 'limit', how: 'close' },
  { type: 'sniffed' },
  { type: 'starttls' },
  { type: 'tls' },
  { type: 'secured' },
  { type: 'handshake.failed', how: 'close' },
  { type: 'handshake.failed', how: 'reset' },
  { type: 'routed', retries: 1, abortOnFin: false },
  { type: 'routed', retries: 0, abortOnFin: true },
  { type: 'routed', retries: 0, abortOnFin: false, closesWhenFull: true },
  { type: 'rejected', reason: 'no-route', how: 'reset' },
  { type: 'rejected', reason: 'rejected', how: 'close' },
  { type: 'rejected', reason: 'tls-required', how: 'reset' },
  { type: 'dialed' },
  { type: 'dial.failed', reason: 'connect-refused', retry: true },
  { type: 'dial.failed', reason: 'out-of-descriptors', retry: false },
  { type: 'dial.failed', reason: 'backend-handshake', retry: true },
  { type: 'dial.failed', reason: 'no-backend', retry: false, how: 'close' },
  { type: 'queued' },
  { type: 'placed' },
  { type: 'client.fin' },
  { type: 'client.reset' },
  { type: 'client.reset', truncated: true },
  { type: 'backend.fin' },
  { type: 'backend.reset' },
  { type: 'backend.reset', truncated: true },
  { type: 'stage.ended', how: 'close' },
  { type: 'stage.ended', how: 'reset' },
  { type: 'flushed' },
  { type: 'kill' },
  { type: 'backend.down' },
  { type: 'rebalance' },
  { type: 'error' },
  { type: 'deadline.header' },
  { type: 'deadline.queue' },
  { type: 'deadline.sniff' },
  { type: 'deadline.handshake' },
  { type: 'deadline.connect' },
  { type: 'deadline.first_byte' },
  { type: 'deadline.idle' },
  { type: 'deadline.write_stall' },
  { type: 'deadline.half_closed' },
  { type: 'deadline.drain' },
  { type: 'deadline.linger' },
];

/**
 * The number of simple paths grows with every event: of those that lead the same way from everywhere one is there, and
 * what only the reason can tell apart is left out.
 */
export const TELLING = EVENTS.filter(
  (event) =>
    !('truncated' in event) &&
    !(
      'reason' in event &&
      ['proxy-header', 'tls-required', 'backend-handshake', 'no-backend', 'denied', 'rejected'].includes(
        event.reason,
      )
    ) &&
    !(event.type === 'handshake.failed' && event.how === 'reset') &&
    !('closesWhenFull' in event) &&
    event.type !== 'stage.ended' &&
    ![
      'starttls',
      'error',
      'queued',
      'placed',
      'backend.down',
      'rebalance',
      'deadline.first_byte',
      'deadline.drain',
      'deadline.queue',
      'deadline.sniff',
      'deadline.header',
      'deadline.handshake',
      'deadline.connect',
    ].includes(event.type),
);

export const INPUT = { input: { id: 1 } };
export const graph = { ...INPUT, events: EVENTS };

/** The state by its name: what stands under `relaying` has a name of its own, the steps inside of other states have none. */
export function leaf(snapshot: AnyMachineSnapshot): string {
  const value = snapshot.value as string | Record<string, string>;
  if (typeof value === 'string') return value;
  return value['relaying'] ?? (Object.keys(value)[0] as string);
}

export function reason(snapshot: AnyMachineSnapshot): CloseReason | null {
  return (snapshot.context as { reason: CloseReason | null }).reason;
}

/** Where the chart stands: state and context, without the actor's own bookkeeping. */
export function place(snapshot: AnyMachineSnapshot): string {
  return JSON.stringify([snapshot.value, snapshot.context]);
}

/** The chart after these events, from the start. */
export function chartAfter(...events: (ConnectionEvent | ConnectionEvent['type'])[]): AnyMachineSnapshot {
  const actor = createActor(chart, INPUT).start();
  for (const event of events) {
    if (actor.getSnapshot().status === 'done') break;
    actor.send((typeof event === 'string' ? { type: event } : event) as ConnectionEvent);
  }
  return actor.getSnapshot();
}

const ROUTED: ConnectionEvent = { type: 'routed', retries: 1, abortOnFin: false };
export const REFUSED: ConnectionEvent = { type: 'dial.failed', reason: 'connect-refused', retry: true };
export const TO_DIALING = ['admitted', 'sniffed', ROUTED] as const;
export const TO_STREAMING = [...TO_DIALING, 'dialed'] as const;
