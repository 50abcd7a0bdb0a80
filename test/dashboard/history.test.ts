import { describe, expect, it } from 'vitest';
import {
  columns,
  columnsByName,
  HISTORY_POINTS_MAX,
  History,
  NAMES_MAX,
  OTHERS,
  type Point,
  pointOf,
  type Reading,
} from '../../dashboard/src/history.ts';
import { stacked } from '../../dashboard/src/parts/stacking.ts';
import type { ListenerStatus, ServiceStatus } from '../../src/core/status.ts';

function listener(name: string, counted: Partial<ListenerStatus> = {}): ListenerStatus {
  const connections = {
    accepting: 0,
    sniffing: 1,
    routing: 0,
    dialing: 0,
    streaming: 2,
    'half-closed-client': 0,
    'half-closed-backend': 0,
    draining: 0,
    closed: 50,
  };
  const none = { state: 'accepting', accepted: 0, closed: {}, bytesUp: 0, bytesDown: 0 } as const;
  return {
    name,
    retired: false,
    address: '127.0.0.1:1',
    plane: 'net',
    connections,
    ...none,
    ...counted,
  };
}

function reading(at: number, ...listeners: ListenerStatus[]): Reading {
  const status: ServiceStatus = {
    phase: 'ready',
    started: 0,
    at,
    connections: 0,
    planVersion: 1,
    shards: [],
    listeners,
    pools: [],
    factsDropped: 0,
  };
  return { at, status };
}

describe('what a service did between two readings', () => {
  const before = reading(1_000, listener('a', { accepted: 10, bytesUp: 100, closed: { 'client-fin': 5 } }));
  const after = reading(
    3_000,
    listener('a', {
      accepted: 30,
      bytesUp: 4_100,
      bytesDown: 2_000,
      closed: { 'client-fin': 50, 'client-reset': 4 },
    }),
    listener('b', { accepted: 1_000 }),
  );

  it('is told a second, and ends in order are no errors', () => {
    const { total } = pointOf(before, after);
    expect(total).toEqual({ accepted: 10, failed: 2, up: 2_000, down: 1_000, active: 6 });
  });

  it('is not known of what is new, or fell as after a restart', () => {
    expect(pointOf(before, after).listeners.get('b')?.accepted).toBeNull();
    expect(pointOf(after, before).listeners.get('a')?.accepted).toBeNull();
    expect(pointOf(null, before).total).toMatchObject({ accepted: null, active: 3 });
  });

  it('is kept for the last five minutes', () => {
    const history = new History();
    for (let second = 0; second < HISTORY_POINTS_MAX + 10; second++)
      history.add(reading(second * 1_000, listener('a', { accepted: second })));
    expect(history.points).toHaveLength(HISTORY_POINTS_MAX);
    expect(history.points.at(-1)?.total.accepted).toBe(1);
    expect(history.points[0]?.at).toBe(10_000);
  });
});

describe('columns of a plot', () => {
  const names = Array.from({ length: NAMES_MAX + 2 }, (_, index) => `l${index}`);
  const listeners = new Map(
    names.map((name) => [name, { accepted: 2, failed: 0, up: 0, down: 0, active: 1 }]),
  );
  const total = { accepted: 4, failed: null, up: 1, down: 2, active: 3 };
  const point: Point = { at: 5_000, total, listeners, pools: new Map() };

  it('are seconds and a value each, with gaps for what is not known', () => {
    expect(columns([point], [(of) => of.total.accepted, (of) => of.total.failed])).toEqual([
      [5],
      [4],
      [null],
    ]);
  });

  it('are one for each name, up to a limit behind which all are one', () => {
    const of = columnsByName(
      [point],
      names,
      (each) => each.listeners,
      ({ accepted }) => accepted,
    );
    expect(of.names).toEqual([...names.slice(0, NAMES_MAX), OTHERS]);
    expect(of.data.map(([value]) => value)).toEqual([5, 2, 2, 2, 2, 2, 2, 2, 4]);
  });

  it('lie on top of each other where they are stacked, and gaps stay gaps', () => {
    const data = [
      [1, 2],
      [10, null],
      [5, 6],
    ];
    expect(stacked(data)).toEqual([
      [1, 2],
      [10, null],
      [15, 6],
    ]);
  });
});
