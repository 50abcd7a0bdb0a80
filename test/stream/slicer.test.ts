import { of, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { SlicerPlan } from '../../src/core/stage-plan.ts';
import { chain, chaosOf, envOf } from './chaos-env.ts';
import { countingBytes, joined } from './chunks.ts';
import { stageContract } from './contract.ts';
import { record } from './recorder.ts';

const slicer = (averageBytes: number, variationBytes = 0, delayMs = 0, seed = 1): SlicerPlan => ({
  kind: 'slicer',
  direction: 'both',
  averageBytes,
  variationBytes,
  delayMs,
  chaos: chaosOf({ seed }),
});

for (const plan of [slicer(400, 300), slicer(4000, 3999, 20), slicer(100_000, 0, 1)])
  stageContract(`slicer of ${plan.averageBytes} ± ${plan.variationBytes} B, ${plan.delayMs} ms`, (env) =>
    chain([plan], envOf(env.scheduler, 1, {}, env.dropped)),
  );

function slices(plan: SlicerPlan, number = 1) {
  const scheduler = new VirtualTimeScheduler();
  const bytes = countingBytes(0, 50_000);
  const chunk: Chunk = { bytes, at: 0, borrowed: true };
  const seen = record(chain([plan], envOf(scheduler, number))(of(chunk)), scheduler);
  scheduler.flush();
  expect(Buffer.compare(joined(seen.chunks), bytes)).toBe(0);
  return { times: seen.times, sizes: seen.chunks.map((each) => each.bytes.length) };
}

describe('slicer', () => {
  it('cuts into pieces of exactly a size where none varies', () => {
    expect(slices(slicer(1000)).sizes).toEqual(Array.from({ length: 50 }, () => 1000));
  });

  it('cuts into pieces around a size, as far from it as may be and no farther', () => {
    const { sizes } = slices(slicer(100, 50));
    const whole = sizes.slice(0, -1);
    expect(Math.min(...whole)).toBe(50);
    expect(Math.max(...whole)).toBe(150);
    const mean = whole.reduce((sum, size) => sum + size, 0) / whole.length;
    expect(Math.abs(mean - 100)).toBeLessThan(5);
  });

  it('waits between one piece and the next, and not before the first', () => {
    expect(slices(slicer(10_000, 0, 30)).times).toEqual([0, 30, 60, 90, 120]);
  });

  it('cuts in the same places with the same seed in the same connection, and only then', () => {
    const first = slices(slicer(100, 50)).sizes;
    expect(slices(slicer(100, 50)).sizes).toEqual(first);
    expect(slices(slicer(100, 50, 0, 2)).sizes).not.toEqual(first);
    expect(slices(slicer(100, 50), 2).sizes).not.toEqual(first);
  });
});
