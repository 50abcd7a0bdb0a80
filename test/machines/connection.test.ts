import { describe, expect, test } from 'vitest';
import { type AnyMachineSnapshot, createActor } from 'xstate';
import { getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';
import { CLOSE_REASONS } from '../../src/core/close-reason.ts';
import { STATES } from '../../src/core/state.ts';
import {
  chart,
  chartAfter,
  graph,
  INPUT,
  leaf,
  place,
  REFUSED,
  reason,
  TELLING,
  TO_DIALING,
  TO_STREAMING,
} from './connection-chart.ts';
import { simplePathsToEnds } from './simple-paths.ts';

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
    const paths = simplePathsToEnds(chart, { ...INPUT, events: TELLING, limit: 200_000 });
    expect(paths.length).toBeGreaterThan(100);
    for (const { state } of paths) expect(leaf(state)).toBe('closed');
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
