import { afterEach, expect, it } from 'vitest';
import { hasHungUp, keepHangUps } from '../../src/cli/hang-ups.ts';

const before = process.listeners('SIGHUP');
afterEach(() => {
  for (const listener of process.listeners('SIGHUP'))
    if (!before.includes(listener)) process.off('SIGHUP', listener);
});

it('a SIGHUP that comes before anyone listens is kept', () => {
  keepHangUps();
  expect(hasHungUp()).toBe(false);
  process.emit('SIGHUP', 'SIGHUP');
  expect(hasHungUp()).toBe(true);
});
