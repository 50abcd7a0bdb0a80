import { expect } from 'vitest';
import type { Sluice } from './sluice.ts';

/** Stops Sluice by SIGTERM and expects that all went well: exit code 0, no error logged, nothing but log lines printed. */
export async function expectCleanEnd(sluice: Sluice): Promise<void> {
  const end = await sluice.stop();
  expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null });
  expect(end.logs.filter((line) => line['level'] === 'error')).toEqual([]);
  expect(sluice.strayLines).toEqual([]);
  expect(sluice.child.stderr.toString()).toBe('');
}
