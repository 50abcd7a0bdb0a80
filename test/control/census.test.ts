import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ASKED_MAX, Census, KNOWN_MAX, REST_MS } from '../../src/control/census.ts';
import type { ConnectionId } from '../../src/core/connection-id.ts';
import type { OpenedFact } from '../../src/core/facts.ts';
import { closedFact } from '../core/facts.ts';
import { openedFact } from './facts.ts';

const idsOf = (facts: readonly OpenedFact[]): number[] => facts.map(({ connection }) => connection);

/** A census whose questions the test answers, in the order in which they were asked. */
function world() {
  const asked: (readonly ConnectionId[])[] = [];
  const answers: { resolve: (gone: readonly ConnectionId[]) => void; reject: (error: Error) => void }[] = [];
  const census = new Census((connections) => {
    asked.push(connections);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  });
  const answer = async (gone: readonly ConnectionId[]): Promise<void> => {
    answers.shift()?.resolve(gone);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { census, asked, answers, answer };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the census', () => {
  test('knows who was opened and not closed', () => {
    const { census, asked } = world();
    for (const connection of [1, 2, 3]) census.note(openedFact({ connection }));
    census.note(closedFact({ connection: 2 }));
    expect(idsOf(census.end())).toEqual([1, 3]);
    expect(census.size).toBe(0);
    expect(asked).toEqual([]);
  });

  test('forgets whose end was dropped, and nobody who was opened after the question', async () => {
    const { census, asked, answer } = world();
    for (const connection of [1, 2, 3]) census.note(openedFact({ connection }));
    census.doubt();
    expect(asked).toEqual([[1, 2, 3]]);
    census.note(openedFact({ connection: 4 }));
    await answer([1, 3]);
    expect(idsOf(census.end())).toEqual([2, 4]);
  });

  test('asks in portions, one after another, and not after those whose end it has heard of meanwhile', async () => {
    const { census, asked, answer } = world();
    const count = ASKED_MAX + 3;
    for (let connection = 0; connection < count; connection++) census.note(openedFact({ connection }));
    census.doubt();
    expect(asked.map(({ length }) => length)).toEqual([ASKED_MAX]);
    census.note(closedFact({ connection: ASKED_MAX }));
    await answer([0]);
    expect(asked[1]).toEqual([ASKED_MAX + 1, ASKED_MAX + 2]);
    await answer([ASKED_MAX + 1, ASKED_MAX + 2]);
    expect(census.size).toBe(ASKED_MAX - 1);
  });

  test('doubts that come while it asks lead to one more census, after a rest', async () => {
    const { census, asked, answer } = world();
    census.note(openedFact({ connection: 1 }));
    census.doubt();
    census.doubt();
    census.doubt();
    await answer([]);
    await vi.advanceTimersByTimeAsync(REST_MS - 1);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
    await answer([1]);
    await vi.advanceTimersByTimeAsync(10 * REST_MS);
    expect(asked).toHaveLength(2);
    expect(census.size).toBe(0);
  });

  test('a shard that dies instead of answering is asked no more', async () => {
    const { census, asked, answers } = world();
    for (let connection = 0; connection <= ASKED_MAX; connection++) census.note(openedFact({ connection }));
    census.doubt();
    census.end();
    answers.shift()?.reject(new Error('it died'));
    await vi.advanceTimersByTimeAsync(10 * REST_MS);
    expect(asked).toHaveLength(1);
  });

  test('a shard that dies before it answers loses all it had, and the next one is asked anew', async () => {
    const { census, asked, answer } = world();
    census.note(openedFact({ connection: 1 }));
    census.doubt();
    expect(idsOf(census.end())).toEqual([1]);
    census.note(openedFact({ connection: 1 }));
    await answer([1]);
    expect(census.size, 'what the dead shard said does not count for the next').toBe(1);
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(census.size).toBe(1);
    census.doubt();
    await answer([1]);
    expect(asked).toHaveLength(2);
    expect(census.size).toBe(0);
  });

  test('knows no more than its limit', () => {
    const { census } = world();
    for (let connection = 0; connection <= KNOWN_MAX; connection++) census.note(openedFact({ connection }));
    expect(census.size).toBe(KNOWN_MAX);
  });
});
