import { describe, expect, test } from 'vitest';
import { parseStage } from '../../src/config/index.ts';
import { ALWAYS } from '../../src/core/chaos-plan.ts';

const PLACE = { owner: 'edge/run-time/a', terminatesTls: false };

describe('a stage that is put at run time', () => {
  test('is read as an item of a configuration', () => {
    expect(parseStage({ latency: { down: '50ms' } }, PLACE)).toEqual({
      kind: 'latency',
      up: null,
      down: 50,
      jitterMs: 0,
      distribution: 'uniform',
      chaos: ALWAYS,
    });
    expect(parseStage({ rate_limit: { up: '1KiB/s', per: 'client' } }, PLACE)).toMatchObject({
      up: 1024,
      shared: { per: 'client', name: expect.stringContaining(PLACE.owner) },
    });
  });

  test.each([
    [null, /map/],
    ['latency', /map/],
    [{}, /the stage has no kind/],
    [{ latency: { down: '5ms' }, quota: { bytes: 5 } }, /2 kinds of stage in one item/],
    [{ latency: { down: 'soon' } }, /^latency\.down: "soon" is not/],
    [{ latency: { down: '5ms', jiter: '1ms' } }, /^latency\.jiter: unknown key; did you mean "jitter"\?/],
    [{ latenzy: {} }, /^latenzy: unknown stage; did you mean "latency"\?/],
    [{ bandwidth: {} }, /^bandwidth: limits nothing/],
    [{ slicer: { average: '5B', variation: '9B' } }, /^slicer\.variation: a piece could have no bytes/],
    [{ mirror: { to: 'x' } }, /configuration/],
  ])('%j is refused, with the place and what would be right', (value, message) => {
    expect(() => parseStage(value, PLACE)).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test('that flips bits has to be forced where TLS is terminated', () => {
    const stage = { corrupt: { rate: 0.1 } };
    expect(parseStage(stage, PLACE).kind).toBe('corrupt');
    expect(() => parseStage(stage, { ...PLACE, terminatesTls: true })).toThrowError(/force: true/);
  });
});
