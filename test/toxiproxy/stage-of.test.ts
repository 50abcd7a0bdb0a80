import { describe, expect, it } from 'vitest';
import { ALWAYS } from '../../src/core/chaos-plan.ts';
import { stageOf } from '../../src/toxiproxy/stage-of.ts';
import { readToxic } from '../../src/toxiproxy/toxic.ts';

const of = (type: string, attributes: Record<string, number>, more: object = {}) =>
  stageOf(readToxic({ type, attributes, ...more }));

const UP = { stream: 'upstream' };

describe('the stage of a toxic', () => {
  it.each([
    ['latency', { latency: 100, jitter: 5 }, { up: null, down: 100, jitterMs: 5, distribution: 'uniform' }],
    ['bandwidth', { rate: 12 }, { up: 0, down: 12_000 }],
    ['slow_close', { delay: 40 }, { up: null, down: 40, resets: false }],
    ['timeout', { timeout: 30 }, { direction: 'down', afterMs: 30, end: 'close', drops: true }],
    ['reset_peer', { timeout: 30 }, { afterMs: 30, awaits: 'down' }],
    [
      'slicer',
      { average_size: 64, size_variation: 32, delay: 1500 },
      { direction: 'down', averageBytes: 64, variationBytes: 32, delayMs: 1.5 },
    ],
    ['limit_data', { bytes: 100 }, { up: null, down: 100, end: 'close' }],
  ])('%s %j has the same meaning in milliseconds and bytes', (type, attributes, stage) => {
    expect(of(type, attributes as Record<string, number>)).toEqual({ kind: type, ...stage, chaos: ALWAYS });
  });

  it('of the upstream stands in the direction to the backend', () => {
    expect(of('latency', { latency: 1 }, UP)).toMatchObject({ up: 1, down: null });
    expect(of('bandwidth', { rate: 1 }, { stream: 'Upstream' })).toMatchObject({ up: 1000, down: 0 });
    expect(of('timeout', {}, UP)).toMatchObject({ direction: 'up' });
    expect(of('reset_peer', {}, UP)).toMatchObject({ awaits: 'up' });
    expect(of('limit_data', { bytes: 1 }, UP)).toMatchObject({ up: 1, down: null });
  });

  it.each([
    [0.25, 0.25],
    [7, 1],
    [-1, 0],
  ])('with a toxicity of %d affects %d of the connections', (toxicity, share) => {
    expect(of('timeout', {}, { toxicity })).toMatchObject({ chaos: { toxicity: share } });
  });

  it('of a rate of 0 lets nothing pass, and nothing be lost, until it is taken away', () => {
    const stage = of('bandwidth', { rate: 0 });
    expect(stage).toMatchObject({ kind: 'timeout', direction: 'down', afterMs: 0 });
    expect(stage).not.toHaveProperty('drops');
  });

  it('of numbers without a meaning is one that works', () => {
    expect(of('latency', { latency: -5, jitter: -1 })).toMatchObject({ down: 0, jitterMs: 0 });
    expect(of('slicer', { average_size: 0, size_variation: -1 })).toMatchObject({
      averageBytes: 1,
      variationBytes: 0,
    });
    expect(of('slow_close', { delay: Number.MAX_SAFE_INTEGER })).toMatchObject({ down: 2 ** 31 - 1 });
    expect(of('limit_data', { bytes: -1 })).toMatchObject({ down: 0 });
  });

  it('of noop does nothing', () => {
    expect(of('noop', {})).toEqual({ kind: 'pass_through' });
  });
});
