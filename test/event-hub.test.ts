import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AdminEvent, EVENTS_KEPT_MAX, EVENTS_KEPT_MS } from '../src/core/admin-event.ts';
import { FactQueue } from '../src/core/fact-queue.ts';
import { EventHub } from '../src/event-hub.ts';
import { planOf } from './connection/plan.ts';

const STARTED = 1_700_000_000_000;
const FIRST_ID = STARTED * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A hub, and who has watched it. */
function running() {
  const facts = new FactQueue(
    () => {},
    () => {},
  );
  const plan = planOf({});
  const details: boolean[] = [];
  const detail = (isWanted: boolean): void => void details.push(isWanted);
  const hub = new EventHub({ facts, started: STARTED, plan: () => plan, detail });
  return {
    details,
    happen: (times: number) => {
      for (let n = 0; n < times; n++)
        facts.emit({ kind: 'error', at: n, connection: null, traceId: null, message: `${n}` });
      facts.flush();
    },
    watch: (after: number | null, wantsDetail = false) => {
      const got: number[] = [];
      const take = (events: readonly AdminEvent[]) => void got.push(...events.map(({ id }) => id - FIRST_ID));
      const { kept, missed, leave } = hub.watch(take, wantsDetail, after);
      return { got, kept: kept.map(({ id }) => id - FIRST_ID), missed, leave };
    },
  };
}

describe('the hub of events', () => {
  it('gives each watcher what comes from then on, with ids that begin at the start of the process', () => {
    const { happen, watch } = running();
    happen(5);
    const first = watch(null);
    happen(2);
    const second = watch(null);
    happen(1);
    expect([first.kept, first.missed, first.got, second.got]).toEqual([[], 0, [0, 1, 2], [2]]);
    first.leave();
    first.leave();
    happen(1);
    expect([first.got, second.got]).toEqual([
      [0, 1, 2],
      [2, 3],
    ]);
  });

  it('gives who comes back in time what it has missed, and nothing twice', () => {
    const { happen, watch } = running();
    const first = watch(null);
    happen(3);
    first.leave();
    happen(2);
    vi.advanceTimersByTime(EVENTS_KEPT_MS - 1);
    const back = watch(FIRST_ID + 1);
    happen(1);
    expect([back.kept, back.missed, back.got]).toEqual([[2, 3, 4], 0, [5]]);
    vi.advanceTimersByTime(EVENTS_KEPT_MS);
    expect(watch(FIRST_ID + 5)).toMatchObject({ kept: [], missed: 0 });
  });

  it('says how many are gone of those that were made', () => {
    const { happen, watch } = running();
    watch(null);
    happen(1);
    for (let n = 0; n < 3; n++) happen(EVENTS_KEPT_MAX);
    const { kept, missed } = watch(FIRST_ID);
    expect([kept.length, kept[0], missed]).toEqual([
      EVENTS_KEPT_MAX,
      1 + 2 * EVENTS_KEPT_MAX,
      2 * EVENTS_KEPT_MAX,
    ]);
  });

  it('knows not how many were missed after a break, before its process, or by an id that is none', () => {
    const { happen, watch } = running();
    watch(null).leave();
    happen(2);
    vi.advanceTimersByTime(EVENTS_KEPT_MS);
    happen(7);
    const late = watch(FIRST_ID + 1);
    expect([late.kept, late.missed]).toEqual([[], null]);
    happen(1);
    expect(watch(FIRST_ID + 1)).toMatchObject({ kept: [2], missed: null });
    expect(watch(FIRST_ID + 2)).toMatchObject({ kept: [], missed: 0 });
    for (const after of [0, FIRST_ID - 1, FIRST_ID + 3, Number.NaN]) expect(watch(after).missed).toBe(null);
  });

  it('reads nothing once nobody has watched for a while, and wants the detail for those alone that do', () => {
    const { details, happen, watch } = running();
    const one = watch(null, true);
    const other = watch(null, true);
    one.leave();
    expect(details).toEqual([true]);
    other.leave();
    expect(details).toEqual([true, false]);
    vi.advanceTimersByTime(EVENTS_KEPT_MS);
    expect(vi.getTimerCount()).toBe(0);
    happen(3);
    const { kept, missed } = watch(FIRST_ID - 1);
    expect([kept, missed]).toEqual([[], null]);
  });
});
