import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { AnyEventObject } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { STATES } from '../../src/core/state.ts';
import { simplePathsToEnds } from '../machines/simple-paths.ts';
import { Dice } from '../simulation/dice.ts';
import { chart, EVENTS, INPUT } from './connection-chart.ts';
import { expectSame, pairOf } from './engines.ts';

const WALKS = 100_000;
const WALK_STEPS_MAX = 12;
const TEST_MS_MAX = 240_000;
/** States, less `accepting` and `sniffing`, but with their two and four steps. */
const PLACES = STATES.length - 2 + 2 + 4;
const UNKNOWN_SHARE = 0.05;
const SIMPLE_PATHS_MAX = 200_000;
/** The number of simple paths grows with every payload: here each event has those that guards can tell apart. */
const EVENTS_OF_SIMPLE_PATHS = EVENTS.filter(
  (event) =>
    !('truncated' in event) &&
    !(event.type === 'handshake.failed' && event.how === 'reset') &&
    event.type !== 'stage.ended' &&
    ![
      'starttls',
      'error',
      'deadline.drain',
      'deadline.queue',
      'deadline.sniff',
      'deadline.header',
      'deadline.handshake',
      'deadline.connect',
    ].includes(event.type) &&
    (event.type !== 'refused' || event.reason === 'limit') &&
    (event.type !== 'rejected' || event.reason === 'no-route') &&
    (event.type !== 'routed' ||
      (event.retries === 1 && !event.abortOnFin) ||
      (event.retries === 0 && event.abortOnFin)) &&
    (event.type !== 'dial.failed' || event.reason === 'connect-refused'),
);
const UNKNOWN: readonly AnyEventObject[] = [
  { type: 'never.heard.of' },
  { type: '' },
  { type: 'xstate.done.state.connection' },
  { type: 'deadline' },
];

/** The way an ordinary connection goes until it streams. */
const BEGINNING: readonly AnyEventObject[] = [
  { type: 'admitted' },
  { type: 'sniffed' },
  { type: 'routed', retries: 1, abortOnFin: false },
  { type: 'dialed' },
];

const pair = pairOf(chart);
type Path = { readonly steps: readonly { readonly event: AnyEventObject }[] };
const eventsOf = ({ steps }: Path) =>
  steps.map(({ event }) => event).filter(({ type }) => type !== 'xstate.init');

// XState's development build warns of each event that comes after the end; some here do, on purpose.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('the chart of a connection, compiled', () => {
  test('does what the interpreter does on every shortest path, and one event further', {
    timeout: TEST_MS_MAX,
  }, () => {
    const paths = getShortestPaths(chart, { input: INPUT, events: EVENTS }) as unknown as Path[];
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      const events = eventsOf(path);
      for (const event of [...EVENTS, ...UNKNOWN]) expectSame(pair, [...events, event], INPUT);
    }
  });

  test('does what the interpreter does on every simple path to its end', { timeout: TEST_MS_MAX }, () => {
    const options = { input: INPUT, events: EVENTS_OF_SIMPLE_PATHS, limit: SIMPLE_PATHS_MAX };
    const paths = simplePathsToEnds(chart, options);
    expect(paths.length).toBeGreaterThan(1_000);
    for (const { events } of paths) expectSame(pair, events, INPUT);
  });

  test(`does what the interpreter does over ${WALKS} random walks`, { timeout: TEST_MS_MAX }, () => {
    const seed = Number(process.env['SLUICE_SEED'] ?? 20_250_101);
    console.log(`random walks of seed ${seed}; SLUICE_SEED=${seed} walks them again`);
    const dice = new Dice(seed);
    const ends = new Set<string>();
    for (let walk = 0; walk < WALKS; walk++) {
      // A walk of chance alone dies young: most begin on the way that connections go.
      const begun = BEGINNING.slice(0, dice.between(0, BEGINNING.length));
      const chance = Array.from({ length: dice.between(1, WALK_STEPS_MAX) }, () =>
        dice.one(dice.often(UNKNOWN_SHARE) ? UNKNOWN : EVENTS),
      );
      const { last } = expectSame(pair, [...begun, ...chance], INPUT);
      ends.add(JSON.stringify(last.value));
    }
    expect(ends.size).toBe(PLACES);
  });
});
