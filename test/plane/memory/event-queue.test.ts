import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventQueue } from '../../../src/plane/memory/event-queue.ts';

it('things come out by time, and in the order they went in where the time is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const queue = new EventQueue();
      const out: [number, number][] = [];
      for (const [index, time] of times.entries()) queue.add(time, () => out.push([time, index]));
      expect(queue.size).toBe(times.length);
      while (queue.size > 0) {
        const next = queue.nextTime;
        queue.take()?.();
        expect(out.at(-1)?.[0]).toBe(next);
      }
      const wanted = times.map((time, index): [number, number] => [time, index]);
      expect(out).toEqual(wanted.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    }),
  );
});

it('an empty queue has nothing to take and no next time', () => {
  const queue = new EventQueue();
  expect(queue.take()).toBeUndefined();
  expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
});
