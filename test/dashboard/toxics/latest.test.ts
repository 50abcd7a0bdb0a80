import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { freeName } from '../../../dashboard/src/toxics/free-name.ts';
import { Latest } from '../../../dashboard/src/toxics/latest.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('of many values given at once the last is sent, and the next not before it was answered', async () => {
  const sent: number[] = [];
  let answer = () => {};
  const latest = new Latest<number>((value) => {
    sent.push(value);
    return new Promise<void>((resolve) => {
      answer = resolve;
    });
  }, 100);
  for (const value of [1, 2, 3]) latest.put(value);
  await vi.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([3]);
  latest.put(4);
  latest.put(5);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([3]);
  answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([3, 5]);
});

it('one that is refused does not keep the next one from being sent', async () => {
  const sent: number[] = [];
  const latest = new Latest<number>(async (value) => {
    sent.push(value);
    if (value === 1) throw new Error('refused');
  }, 100);
  latest.put(1);
  await vi.advanceTimersByTimeAsync(100);
  latest.put(2);
  await vi.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([1, 2]);
  expect(latest.isBusy).toBe(false);
});

it('a stage is called by its kind, and by a number where that is taken', () => {
  expect(freeName('latency', [])).toBe('latency');
  expect(freeName('latency', [{ name: 'latency' }, { name: 'latency-2' }])).toBe('latency-3');
});
