import { assign, setup } from 'xstate';
import {
  type ConnectionContext,
  type ConnectionInput,
  isCut,
  ofRoute,
  unprovided,
} from './connection-context.ts';
import { type ConnectionEvent, reasonOf } from './connection-events.ts';

export type { ConnectionContext, ConnectionInput } from './connection-context.ts';
export type { ConnectionEvent, DialReason, Refusal } from './connection-events.ts';

/**
 * A connection's whole life. `src/connection` has one file for each state, which provides the action named in `entry`.
 * An event that a state does not name changes nothing in it.
 */
export const connectionMachine = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
  },
  actions: {
    accept: unprovided('accept'),
    admit: unprovided('admit'),
    leaveQueue: unprovided('leaveQueue'),
    readHeader: unprovided('readHeader'),
    stopReadingHeader: unprovided('stopReadingHeader'),
    sniff: unprovided('sniff'),
    peek: unprovided('peek'),
    answerStartTls: unprovided('answerStartTls'),
    shakeHands: unprovided('shakeHands'),
    stopShakingHands: unprovided('stopShakingHands'),
    peekInside: unprovided('peekInside'),
    stopSniffing: unprovided('stopSniffing'),
    route: unprovided('route'),
    dial: unprovided('dial'),
    dialPlaced: unprovided('dialPlaced'),
    waitForPlace: unprovided('waitForPlace'),
    stopWaiting: unprovided('stopWaiting'),
    stopDialing: unprovided('stopDialing'),
    relay: unprovided('relay'),
    noteSilence: unprovided('noteSilence'),
    stream: unprovided('stream'),
    watchBackend: unprovided('watchBackend'),
    watchClient: unprovided('watchClient'),
    drain: unprovided('drain'),
    finish: unprovided('finish'),
    noteReason: assign({ reason: ({ context, event }) => reasonOf(event) ?? context.reason }),
    noteLate: assign({ reason: ({ context: was, event }) => (isCut(was) ? was.reason : reasonOf(event)) }),
    noteRoute: assign(({ event }) => ofRoute(event)),
    noteDialed: assign({ reason: ({ context }) => (context.clientFinished ? 'client-fin' : null) }),
    noteFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    noteAbort: assign({ reason: 'client-abort' }),
    keepClientFin: assign({ clientFinished: true, reason: 'client-fin' }),
  },
  guards: {
    closesCleanly: ({ event }) => 'how' in event && event.how === 'close',
    clientFinished: ({ context }) => context.clientFinished,
    closesWhenFull: ({ context }) => context.closesWhenFull,
    abortsOnFin: ({ context }) => context.abortOnFin,
    hasLeftAlready: ({ context, event }) =>
      event.type === 'routed' && event.abortOnFin && context.clientFinished,
    mayRetry: ({ context, event }) =>
      context.failures < context.retries && (event.type !== 'dial.failed' || event.retry),
    isCut: ({ context }) => isCut(context),
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => ({
    id: input.id,
    listener: input.listener ?? 0,
    failures: 0,
    retries: 0,
    abortOnFin: false,
    closesWhenFull: false,
    clientFinished: false,
    reason: null,
  }),
  initial: 'accepting',
  on: {
    'client.fin': { actions: 'keepClientFin' },
    'client.reset': { target: '.closed', actions: 'noteReason' },
    'deadline.drain': { target: '.closed', actions: 'noteReason' },
    kill: { target: '.closed', actions: 'noteReason' },
    error: { target: '.closed', actions: 'noteReason' },
  },
  states: {
    accepting: {
      description:
        'The PROXY header, the access list, limits, and the wait for a free place where the listener says so.',
      entry: 'accept',
      exit: 'leaveQueue',
      initial: 'admission',
      on: {
        admitted: 'sniffing',
        refused: [
          { guard: 'closesCleanly', target: 'relaying.draining', actions: 'noteReason' },
          { target: 'closed', actions: 'noteReason' },
        ],
      },
      states: {
        admission: {
          description:
            'By the address of the client, which a PROXY header tells where the listener takes one.',
          entry: 'admit',
          on: {
            'header.awaited': 'header',
            'deadline.queue': { target: '#connection.closed', actions: 'noteReason' },
          },
        },
        header: {
          description: 'The PROXY header of a proxy in front of this one.',
          entry: 'readHeader',
          exit: 'stopReadingHeader',
          on: {
            'header.read': 'admission',
            'deadline.header': { target: '#connection.closed', actions: 'noteReason' },
          },
        },
      },
    },
    sniffing: {
      description:
        'Peek at the first bytes until the routes that are still possible agree. A silent client is routed as unknown.',
      entry: 'sniff',
      exit: 'stopSniffing',
      initial: 'peek',
      on: {
        sniffed: 'routing',
        'deadline.sniff': 'routing',
      },
      states: {
        peek: {
          description: 'The first bytes, as they came.',
          entry: 'peek',
          on: { starttls: 'starttls', tls: 'handshake' },
        },
        starttls: {
          description: 'The client has asked for TLS in plain text and was told to go on.',
          entry: 'answerStartTls',
          on: {
            tls: 'handshake',
            'handshake.failed': { target: '#connection.closed', actions: 'noteReason' },
            'deadline.handshake': { target: '#connection.closed', actions: 'noteReason' },
          },
        },
        handshake: {
          description: 'TLS is terminated here, with the certificate for the name the client asks for.',
          entry: 'shakeHands',
          exit: 'stopShakingHands',
          on: {
            secured: 'inside',
            'handshake.failed': [
              { guard: 'closesCleanly', target: '#connection.relaying.draining', actions: 'noteReason' },
              { target: '#connection.closed', actions: 'noteReason' },
            ],
            'deadline.handshake': { target: '#connection.closed', actions: 'noteReason' },
          },
        },
        inside: {
          description: 'The first bytes inside TLS.',
          entry: 'peekInside',
        },
      },
    },
    routing: {
      description: 'The first route that matches decides: a pool, or a refusal. Pure.',
      entry: 'route',
      on: {
        routed: [
          { guard: 'hasLeftAlready', target: 'closed', actions: 'noteAbort' },
          { target: 'dialing', actions: 'noteRoute' },
        ],
        rejected: [
          { guard: 'closesCleanly', target: 'relaying.draining', actions: 'noteReason' },
          { target: 'closed', actions: 'noteReason' },
        ],
      },
    },
    dialing: {
      description: 'Pick a backend and connect to it; wait where all are full, try another where that fails.',
      entry: 'dial',
      exit: 'stopDialing',
      initial: 'connect',
      on: {
        dialed: [
          {
            guard: 'clientFinished',
            target: 'relaying.half-closed-client',
            actions: ['noteDialed', 'relay'],
          },
          { target: 'relaying', actions: ['noteDialed', 'relay'] },
        ],
        'dial.failed': [
          { guard: 'mayRetry', target: 'dialing', reenter: true, actions: ['noteReason', 'noteFailure'] },
          { guard: 'closesCleanly', target: 'relaying.draining', actions: 'noteReason' },
          { target: 'closed', actions: 'noteReason' },
        ],
        'deadline.connect': [
          { guard: 'mayRetry', target: 'dialing', reenter: true, actions: ['noteReason', 'noteFailure'] },
          { target: 'closed', actions: 'noteReason' },
        ],
        'client.fin': [
          { guard: 'abortsOnFin', target: 'closed', actions: 'noteAbort' },
          { actions: 'keepClientFin' },
        ],
      },
      states: {
        connect: {
          description: 'A backend was picked: its connection, PROXY header and TLS.',
          on: { queued: 'queue' },
        },
        queue: {
          description:
            'All backends that could be used are full: the wait for a place, in the queue of the pool.',
          entry: 'waitForPlace',
          exit: 'stopWaiting',
          on: {
            placed: { target: 'connect', actions: 'dialPlaced' },
            'deadline.queue': [
              { guard: 'closesWhenFull', target: '#connection.relaying.draining', actions: 'noteReason' },
              { target: '#connection.closed', actions: 'noteReason' },
            ],
          },
        },
      },
    },
    relaying: {
      description: 'Client and backend are joined. A parent, so that what is relayed outlives a half-close.',
      initial: 'streaming',
      on: {
        'client.fin': {},
        'client.reset': { target: '.draining', actions: 'noteReason' },
        'backend.reset': { target: '.draining', actions: 'noteReason' },
        'stage.ended': { target: '.draining', actions: 'noteReason' },
        'deadline.idle': { target: '.draining', actions: 'noteReason' },
        'deadline.write_stall': { target: '.draining', actions: 'noteReason' },
        'deadline.drain': { target: '.draining', actions: 'noteReason' },
        'deadline.first_byte': { actions: 'noteSilence' },
        'backend.down': { target: '.draining', actions: 'noteReason' },
        rebalance: { target: '.draining', actions: 'noteReason' },
        kill: { target: '.draining', actions: 'noteReason' },
      },
      states: {
        streaming: {
          description: 'Both directions are open.',
          entry: 'stream',
          on: {
            'client.fin': { target: 'half-closed-client', actions: 'noteReason' },
            'backend.fin': { target: 'half-closed-backend', actions: 'noteReason' },
          },
        },
        'half-closed-client': {
          description: 'The client has sent FIN and it was passed on; the backend goes on sending.',
          entry: 'watchBackend',
          on: {
            'backend.fin': 'draining',
            'deadline.half_closed': { target: 'draining', actions: 'noteReason' },
          },
        },
        'half-closed-backend': {
          description: 'The backend has sent FIN and it was passed on; the client goes on sending.',
          entry: 'watchClient',
          on: {
            'client.fin': 'draining',
            'deadline.half_closed': { target: 'draining', actions: 'noteReason' },
          },
        },
        draining: {
          description: 'Nothing more is read; what was read is delivered, within timeouts.linger.',
          entry: 'drain',
          on: {
            flushed: '#connection.closed',
            'client.reset': { guard: 'isCut' },
            'backend.reset': { guard: 'isCut' },
            'deadline.linger': { target: '#connection.closed', actions: 'noteLate' },
            'deadline.drain': { target: '#connection.closed', actions: 'noteLate' },
            kill: { target: '#connection.closed', actions: 'noteLate' },
            'stage.ended': {},
            'deadline.idle': {},
            'deadline.write_stall': {},
            'deadline.first_byte': {},
            'backend.down': {},
            rebalance: {},
          },
        },
      },
    },
    closed: {
      description: 'Both sockets are gone, every reservation is given back, the reason is told.',
      type: 'final',
      entry: 'finish',
    },
  },
});
