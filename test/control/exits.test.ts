import { expect, test } from 'vitest';
import { onExit } from '../../src/control/exits.ts';

test('however many services there are, one listener of the process does, and none is left', () => {
  const before = process.listeners('exit');
  const ran: number[] = [];
  const offs = Array.from({ length: 30 }, (_, service) => onExit(() => ran.push(service)));
  const added = process.listeners('exit').filter((listener) => !before.includes(listener));
  expect(added).toHaveLength(1);
  offs[0]?.();
  (added[0] as (code: number) => void)(0);
  expect(ran).toEqual(Array.from({ length: 29 }, (_, index) => index + 1));
  for (const off of offs) off();
  expect(process.listeners('exit')).toEqual(before);
});
