import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/plane/memory/clock.ts';

it('time jumps to the next thing and stands still while it happens', () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.at(1.25, () => seen.push(clock.now()));
  clock.timer(15, () => seen.push(clock.now()));
  clock.at(1000, () => seen.push(clock.now()));
  clock.run(500);
  expect(seen).toEqual([1.25, 20]);
  expect(clock.now()).toBe(500);
  clock.run(1000);
  expect(seen).toEqual([1.25, 20, 1000]);
});

it('what is added for a time that has passed happens now, never earlier', () => {
  const clock = new VirtualClock();
  clock.run(100);
  let at = -1;
  clock.at(50, () => {
    at = clock.now();
  });
  clock.run(100);
  expect(at).toBe(100);
});

it('runUntil stops at the step that makes the predicate hold', () => {
  const clock = new VirtualClock();
  let count = 0;
  for (let i = 1; i <= 10; i++) clock.at(i, () => count++);
  expect(clock.runUntil(() => count === 4, 100)).toBe(true);
  expect(clock.now()).toBe(4);
  expect(clock.runUntil(() => count === 99, 7.5)).toBe(false);
  expect(clock.now()).toBe(7.5);
  expect(clock.runUntil(() => count === 99, 100)).toBe(false);
  expect(clock.now()).toBe(10);
});

it('a timer that was cancelled does not make time pass', () => {
  const clock = new VirtualClock();
  clock.timer(1000, () => {}).cancel();
  expect(clock.runUntil(() => false, 5000)).toBe(false);
  expect(clock.timers).toBe(0);
});

it('a timer set by a timer, and one set by a delivery, fire at their own time', () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  clock.timer(5, () => clock.timer(12, () => fired.push(clock.now())));
  clock.at(3.5, () => clock.timer(1, () => fired.push(clock.now())));
  clock.run(100);
  expect(fired).toEqual([10, 30]);
});

it('running the clock from inside a run is refused, and the clock still works', () => {
  const clock = new VirtualClock();
  clock.soon(() => clock.run(10));
  expect(() => clock.run(5)).toThrow('running already');
  let ran = false;
  clock.soon(() => {
    ran = true;
  });
  clock.run(5);
  expect(ran).toBe(true);
});
