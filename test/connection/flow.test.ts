import { afterEach, describe, expect, test } from 'vitest';
import type { Side } from '../../src/core/direction.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import { WINDOW_BYTES } from '../../src/core/window.ts';
import { type Reached, reach } from './reach.ts';
import { bytesOf, closeWorlds, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const SIDES: readonly Side[] = ['client', 'backend'];
const READ_BYTES = 64 * 1024;

const other = (side: Side): Side => (side === 'client' ? 'backend' : 'client');

describe('flow: backpressure', () => {
  const LIMITED: StagePlan = { kind: 'rate_limit', up: 200_000, down: 200_000, burst: 64 * 1024 };
  const cases: readonly [string, WorldPieces][] = [
    ['reads of chance size', {}],
    ['reads of 64 KiB', { plane: { readBytes: READ_BYTES } }],
    ['a rate limit in between', { stages: [LIMITED] }],
  ];

  for (const [name, pieces] of cases) {
    test.each(SIDES)(`a %s that does not read stops the other side; ${name}`, async (side) => {
      const reached = await reach('streaming', pieces);
      const { world } = reached;
      reached[side].stopReading();
      reached[other(side)].write(bytesOf(3_000_000));
      const most = mostOutstanding(reached, 10_000);
      expect(most).toBeGreaterThanOrEqual(WINDOW_BYTES);
      expect(most, 'the read that reached the limit, and one that was under way').toBeLessThanOrEqual(
        WINDOW_BYTES + 2 * READ_BYTES,
      );
      expect(reached[other(side)].queued).toBeGreaterThan(2_000_000);
      reached[side].startReading();
      world.run(30_000);
      expect(Buffer.compare(reached[side].received, bytesOf(3_000_000))).toBe(0);
    });
  }
});

/** The most that a direction had outstanding in the next `ms`, looked at after every step. */
function mostOutstanding({ world }: Reached, ms: number): number {
  const relay = world.live().relay;
  let most = 0;
  world.network.runUntil(() => {
    most = Math.max(most, relay?.up.window.outstanding ?? 0, relay?.down.window.outstanding ?? 0);
    return false;
  }, ms);
  return most;
}
