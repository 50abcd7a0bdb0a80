import fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import { expectSame, pairOf } from './engines.ts';
import { randomCase } from './random-chart.ts';

const CHARTS = 4_000;
const TEST_MS_MAX = 120_000;

beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

test(`${CHARTS} charts by chance do the same compiled as interpreted`, { timeout: TEST_MS_MAX }, () => {
  const depths = new Set<number>();
  const statuses = new Set<string>();
  fc.assert(
    fc.property(randomCase, ({ machine, events }) => {
      const { last } = expectSame(pairOf(machine), events);
      statuses.add(last.status);
      depths.add(JSON.stringify(last.value).split(':').length);
    }),
    { numRuns: CHARTS },
  );
  expect(statuses).toEqual(new Set(['active', 'done']));
  expect(Math.max(...depths), 'charts were nested').toBeGreaterThan(3);
});
