import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';
import { calls } from './engines.ts';

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

/** The chart of a connection; its actions note that they were run, and with what. */
export const chart = connectionMachine.provide({
  actions: Object.fromEntries(
    ACTIONS.map((name) => [
      name,
      ({ context, event }: { context: unknown; event: unknown }) => calls.push([name, context, event]),
    ]),
  ),
});

export const INPUT = { id: 1 };

const DIAL_REASONS = [
  'no-backend',
  'connect-refused',
  'connect-failed',
  'backend-handshake',
  'out-of-descriptors',
  'out-of-ports',
] as const;
const HOW = ['reset', 'close'] as const;

/** Every event of the chart with every payload that it can tell apart. */
export const EVENTS: readonly ConnectionEvent[] = [
  ...HOW.flatMap((how) => [
    { type: 'refused', reason: 'denied', how } as const,
    { type: 'refused', reason: 'limit', how } as const,
    { type: 'refused', reason: 'proxy-header', how } as const,
    { type: 'handshake.failed', how } as const,
    { type: 'stage.ended', how } as const,
    { type: 'rejected', reason: 'tls-required', how } as const,
    { type: 'rejected', reason: 'no-route', how } as const,
    { type: 'rejected', reason: 'rejected', how } as const,
  ]),
  ...[0, 1, 2].flatMap((retries) =>
    [false, true].map((abortOnFin) => ({ type: 'routed', retries, abortOnFin }) as const),
  ),
  ...DIAL_REASONS.flatMap((reason) =>
    [false, true].map((retry) => ({ type: 'dial.failed', reason, retry }) as const),
  ),
  ...(
    [
      'header.awaited',
      'header.read',
      'admitted',
      'sniffed',
      'starttls',
      'tls',
      'secured',
      'dialed',
      'client.fin',
      'client.reset',
      'backend.fin',
      'backend.reset',
      'flushed',
      'kill',
      'error',
      'deadline.header',
      'deadline.queue',
      'deadline.sniff',
      'deadline.handshake',
      'deadline.connect',
      'deadline.idle',
      'deadline.write_stall',
      'deadline.half_closed',
      'deadline.drain',
      'deadline.linger',
    ] as const
  ).map((type) => ({ type })),
  { type: 'client.reset', truncated: true },
  { type: 'backend.reset', truncated: true },
];
