import { describe, expect, test } from 'vitest';
import { type AnyMachineSnapshot, createActor } from 'xstate';
import { getAdjacencyMap, getShortestPaths, getSimplePaths } from 'xstate/graph';
import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';
import { CLOSE_REASONS, type CloseReason } from '../../src/core/close-reason.ts';
import { STATES } from '../../src/core/state.ts';

/** The chart alone: its actions are named but do nothing. */
const chart = connectionMachine.provide({
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
const TELLING = EVENTS.filter(
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

const INPUT = { input: { id: 1 } };
const graph = { ...INPUT, events: EVENTS };

/** The state by its name: what stands under `relaying` has a name of its own, the steps inside of other states have none. */
function leaf(snapshot: AnyMachineSnapshot): string {
  const value = snapshot.value as string | Record<string, string>;
  if (typeof value === 'string') return value;
  return value['relaying'] ?? (Object.keys(value)[0] as string);
}

function reason(snapshot: AnyMachineSnapshot): CloseReason | null {
  return (snapshot.context as { reason: CloseReason | null }).reason;
}

/** Where the chart stands: state and context, without the actor's own bookkeeping. */
function place(snapshot: AnyMachineSnapshot): string {
  return JSON.stringify([snapshot.value, snapshot.context]);
}

/** The chart after these events, from the start. */
function chartAfter(...events: (ConnectionEvent | ConnectionEvent['type'])[]): AnyMachineSnapshot {
  const actor = createActor(chart, INPUT).start();
  for (const event of events) {
    if (actor.getSnapshot().status === 'done') break;
    actor.send((typeof event === 'string' ? { type: event } : event) as ConnectionEvent);
  }
  return actor.getSnapshot();
}

const ROUTED: ConnectionEvent = { type: 'routed', retries: 1, abortOnFin: false };
const REFUSED: ConnectionEvent = { type: 'dial.failed', reason: 'connect-refused', retry: true };
const TO_DIALING = ['admitted', 'sniffed', ROUTED] as const;
const TO_STREAMING = [...TO_DIALING, 'dialed'] as const;

describe('every path', () => {
  const shortest = getShortestPaths(chart, graph);

  test('each of the nine states is reached, and no other', () => {
    expect(new Set(shortest.map((path) => leaf(path.state as AnyMachineSnapshot)))).toEqual(new Set(STATES));
  });

  test('only closed is an end: every other place can be left, and closed has a reason', () => {
    const places = Object.values(getAdjacencyMap(chart, graph));
    for (const { state, transitions } of places) {
      const here = state as AnyMachineSnapshot;
      const others = Object.values(transitions).filter(
        (to) => place((to as { state: AnyMachineSnapshot }).state) !== place(here),
      );
      if (leaf(here) === 'closed') {
        expect(here.status).toBe('done');
        expect(Object.keys(CLOSE_REASONS)).toContain(reason(here));
      } else {
        expect(here.status).toBe('active');
        expect(others.length, place(here)).toBeGreaterThan(0);
      }
    }
  });

  test('no path goes round for ever: all simple paths that cannot be lengthened end in closed', () => {
    const paths = getSimplePaths(chart, {
      ...graph,
      events: TELLING,
      limit: 200_000,
      toState: (state) => state.status === 'done',
    });
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) expect(leaf(path.state as AnyMachineSnapshot)).toBe('closed');
  });

  test('from every state that can be reached a kill leads to closed, by way of draining at most', () => {
    for (const path of shortest) {
      const events = path.steps
        .map((step) => step.event as ConnectionEvent)
        .filter((event) => event.type !== ('xstate.init' as string));
      expect(leaf(chartAfter(...events, 'kill', 'kill'))).toBe('closed');
    }
  });

  test('every reason that the chart can give is one of the closed union, and every reason can be given', () => {
    const given = new Set(
      shortest.map((path) => reason(path.state as AnyMachineSnapshot)).filter((r) => r !== null),
    );
    // The last one is given by control, for connections that died with their shard.
    const elsewhere = ['connect-failed', 'out-of-ports', 'shard-failed'];
    expect([...given, ...elsewhere].sort()).toEqual(Object.keys(CLOSE_REASONS).sort());
  });
});

describe('accepting', () => {
  test('a refusal by RST ends at once, a polite one drains first', () => {
    expect(leaf(chartAfter({ type: 'refused', reason: 'limit', how: 'reset' }))).toBe('closed');
    expect(leaf(chartAfter({ type: 'refused', reason: 'limit', how: 'close' }))).toBe('draining');
  });
  test('who waits too long for a place is closed with queue-timeout', () => {
    expect(reason(chartAfter('deadline.queue'))).toBe('queue-timeout');
  });
});

describe('sniffing', () => {
  test('a silent client is routed all the same', () => {
    expect(leaf(chartAfter('admitted', 'deadline.sniff'))).toBe('routing');
  });
  test('a client that leaves by RST ends the connection', () => {
    expect(reason(chartAfter('admitted', 'client.reset'))).toBe('client-reset');
  });
});

describe('dialing: the queue', () => {
  const ROUTED_POLITELY: ConnectionEvent = { ...ROUTED, closesWhenFull: true };
  const FULL: ConnectionEvent = { type: 'dial.failed', reason: 'limit', retry: false, how: 'close' };

  test('who gets a place is dialed for, and may wait again', () => {
    expect(chartAfter(...TO_DIALING, 'queued').value).toEqual({ dialing: 'queue' });
    expect(chartAfter(...TO_DIALING, 'queued', 'placed').value).toEqual({ dialing: 'connect' });
    expect(chartAfter(...TO_DIALING, 'queued', 'placed', REFUSED, 'queued').value).toEqual({
      dialing: 'queue',
    });
    expect(leaf(chartAfter(...TO_DIALING, 'queued', 'placed', 'dialed'))).toBe('streaming');
  });
  test('who waits too long is told by RST, or by FIN where the pool says so', () => {
    expect(reason(chartAfter(...TO_DIALING, 'queued', 'deadline.queue'))).toBe('queue-timeout');
    expect(leaf(chartAfter(...TO_DIALING, 'queued', 'deadline.queue'))).toBe('closed');
    const politely = ['admitted', 'sniffed', ROUTED_POLITELY, 'queued', 'deadline.queue'] as const;
    expect(leaf(chartAfter(...politely))).toBe('draining');
  });
  test('who finds no place is told as the pool says', () => {
    expect(leaf(chartAfter(...TO_DIALING, 'queued', FULL))).toBe('draining');
    expect(reason(chartAfter(...TO_DIALING, 'queued', FULL))).toBe('limit');
  });
  test('a deadline of the queue means nothing to who does not wait', () => {
    expect(chartAfter(...TO_DIALING, 'deadline.queue').value).toEqual({ dialing: 'connect' });
  });
});

describe('dialing', () => {
  test('a refused dial is tried again as often as retries allow', () => {
    expect(leaf(chartAfter(...TO_DIALING, REFUSED))).toBe('dialing');
    const ended = chartAfter(...TO_DIALING, REFUSED, REFUSED);
    expect([leaf(ended), reason(ended)]).toEqual(['closed', 'connect-refused']);
  });
  test('a dial that another backend cannot help is not tried again', () => {
    const ended = chartAfter(...TO_DIALING, {
      type: 'dial.failed',
      reason: 'out-of-descriptors',
      retry: false,
    });
    expect([leaf(ended), reason(ended)]).toEqual(['closed', 'out-of-descriptors']);
  });
  test('a FIN that comes before a backend is reached leads straight to half-closed-client', () => {
    expect(leaf(chartAfter(...TO_DIALING, 'client.fin', 'dialed'))).toBe('half-closed-client');
    expect(leaf(chartAfter('client.fin', ...TO_DIALING, 'dialed'))).toBe('half-closed-client');
  });
  test('a failed attempt before a good one leaves no trace in the reason', () => {
    expect(reason(chartAfter(...TO_DIALING, REFUSED, 'dialed'))).toBeNull();
    expect(reason(chartAfter(...TO_DIALING, 'client.fin', REFUSED, 'dialed'))).toBe('client-fin');
  });
  test('with abort_on_fin a FIN before or during the dial ends the connection', () => {
    const routed: ConnectionEvent = { type: 'routed', retries: 0, abortOnFin: true };
    expect(reason(chartAfter('admitted', 'sniffed', routed, 'client.fin'))).toBe('client-abort');
    expect(reason(chartAfter('admitted', 'client.fin', 'sniffed', routed))).toBe('client-abort');
  });
});

describe('relaying', () => {
  test('both FINs in either order lead to draining and name the first', () => {
    const clientFirst = chartAfter(...TO_STREAMING, 'client.fin', 'backend.fin');
    expect([leaf(clientFirst), reason(clientFirst)]).toEqual(['draining', 'client-fin']);
    const backendFirst = chartAfter(...TO_STREAMING, 'backend.fin', 'client.fin');
    expect([leaf(backendFirst), reason(backendFirst)]).toEqual(['draining', 'backend-fin']);
  });
  test('a FIN told twice changes nothing', () => {
    expect(leaf(chartAfter(...TO_STREAMING, 'client.fin', 'client.fin'))).toBe('half-closed-client');
  });
  test('an error after a half-close replaces the reason', () => {
    expect(reason(chartAfter(...TO_STREAMING, 'client.fin', 'backend.reset'))).toBe('backend-reset');
  });
  test('in draining a clean end that goes wrong says so; another reason is kept', () => {
    expect(reason(chartAfter(...TO_STREAMING, 'client.fin', 'backend.fin', 'deadline.linger'))).toBe(
      'linger-timeout',
    );
    expect(reason(chartAfter(...TO_STREAMING, 'deadline.idle', 'client.reset'))).toBe('idle-timeout');
    expect(leaf(chartAfter(...TO_STREAMING, 'deadline.idle', 'client.reset'))).toBe('draining');
  });
  test('a defect ends it at once', () => {
    const ended = chartAfter(...TO_STREAMING, 'error');
    expect([leaf(ended), reason(ended)]).toEqual(['closed', 'internal-error']);
  });
});

test('an action that nobody provides fails by name', () => {
  const actor = createActor(connectionMachine, INPUT);
  const failure = new Promise((resolve) => actor.subscribe({ error: resolve }));
  actor.start();
  return expect(failure).resolves.toMatchObject({ message: expect.stringContaining('"accept"') });
});

test('the chart is plain data, as a visualizer wants it: it survives JSON', () => {
  const json = JSON.stringify(connectionMachine.config);
  expect(JSON.parse(json).states.relaying.states.draining.entry).toBe('drain');
  expect(json).not.toContain('function');
});
