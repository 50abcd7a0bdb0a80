import { describe, expect, test } from 'vitest';
import { isClean } from '../../src/core/close-reason.ts';
import type { Side } from '../../src/core/direction.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import { type Reached, reach, STUCK_BYTES } from './reach.ts';
import { bytesOf, seen, type World, type WorldPieces } from './world.ts';

/** What holds whichever side has finished: the checklist of a state, and what a half-close promises. */
export function describeHalfClosed(finished: Side): void {
  const going: Side = finished === 'client' ? 'backend' : 'client';
  const state = `half-closed-${finished}` as const;
  const reached = (pieces?: WorldPieces): Promise<Reached> => reach(state, pieces);

  describe(`${state}: enter and leave`, () => {
    test(`the FIN was passed on, and the ${going} goes on sending`, async () => {
      const it = await reached();
      expect([seen(it[going]), seen(it[finished])]).toEqual(['fin', 'open']);
      it[going].write(bytesOf(2_000_000));
      it.world.run(50);
      expect(Buffer.compare(it[finished].received, bytesOf(2_000_000))).toBe(0);
      expect(it.world.state()).toBe(state);
    });

    test(`the FIN of the ${going} ends it cleanly, named after who was first`, async () => {
      const it = await reached();
      it[going].write(bytesOf(100_000));
      it[going].end();
      it.world.run(20);
      expect([seen(it.client), seen(it.backend), it[finished].receivedBytes]).toEqual([
        'fin',
        'fin',
        100_000,
      ]);
      const { reason, during } = it.world.closed();
      expect([reason, during, isClean(reason)]).toEqual([`${finished}-fin`, state, true]);
      expect(it.world.path().slice(-2)).toEqual([state, 'draining']);
    });

    test('the FIN does not overtake bytes that a stage holds', async () => {
      const stages: StagePlan[] = [{ kind: 'rate_limit', up: 50_000, down: 50_000, burst: 10_000 }];
      const it = await reach('streaming', { stages });
      it[finished].write(bytesOf(100_000));
      it[finished].end();
      it.world.run(1000);
      expect([it.world.state(), seen(it[going])]).toEqual(['streaming', 'open']);
      it.world.run(1500);
      expect([it.world.state(), seen(it[going]), it[going].receivedBytes]).toEqual([state, 'fin', 100_000]);
    });
  });

  describe(`${state}: time out`, () => {
    test('silence for timeouts.half_closed ends it; both sides are reset', async () => {
      const it = await reached();
      it.world.run(4900);
      expect(it.world.state()).toBe(state);
      it.world.run(200);
      expect([seen(it.client), seen(it.backend)]).toContain('reset');
      expect(seen(it[finished])).toBe('reset');
      expect(it.world.closed()).toMatchObject({ reason: 'half-closed-timeout', during: state });
    });

    test('traffic renews it', async () => {
      const it = await reached();
      for (let i = 0; i < 10; i++) {
        it.world.run(4000);
        it[going].write(bytesOf(1));
      }
      it.world.run(4900);
      expect([it.world.state(), it[finished].receivedBytes]).toEqual([state, 10]);
      it.world.run(200);
      expect(it.world.closed().reason).toBe('half-closed-timeout');
    });

    test('idle still counts where it is the shorter one', async () => {
      const it = await reached({ timeouts: { idleMs: 1000 } });
      it.world.run(1100);
      expect(it.world.closed()).toMatchObject({ reason: 'idle-timeout', during: state });
    });

    test(`a ${finished} that takes none of the bytes is found out`, async () => {
      const it = await reached({ timeouts: { halfClosedMs: 0 } });
      it[finished].stopReading();
      it[going].write(bytesOf(1_000_000));
      it.world.run(19_000);
      expect(it.world.state()).toBe(state);
      it.world.run(2200);
      expect(it.world.closed()).toMatchObject({ reason: 'write-stall-timeout', during: state });
    });
  });

  describe(`${state}: peer reset`, () => {
    test(`RST of the ${finished} after its FIN is passed on as RST`, async () => {
      const it = await reached();
      it[finished].reset();
      it.world.run(20);
      expect(seen(it[finished])).not.toBe('fin');
      expect(it.world.plane.open).toBe(0);
      expect(it.world.closed()).toMatchObject({ reason: `${finished}-reset`, during: state });
    });

    test(`RST of the ${finished} right behind its FIN leaves the bytes before them whole`, async () => {
      const it = await reach('streaming');
      it[going].stopReading();
      it[finished].write(bytesOf(STUCK_BYTES));
      it.world.run(20);
      it[finished].end();
      it.world.run(1);
      it[finished].reset();
      it.world.run(300);
      it[going].startReading();
      it.world.run(20);
      expect(Buffer.compare(it[going].received, bytesOf(STUCK_BYTES))).toBe(0);
      expect(it.world.closed()).toMatchObject({
        reason: `${finished}-reset`,
        undeliveredUp: 0,
        undeliveredDown: 0,
      });
    });

    test(`RST of the ${going} reaches the ${finished} as RST, behind the bytes before it`, async () => {
      const it = await reached();
      it[finished].stopReading();
      it[going].write(bytesOf(STUCK_BYTES));
      it.world.run(20);
      it[going].reset();
      it.world.run(300);
      it[finished].startReading();
      it.world.run(20);
      expect([it[finished].receivedBytes, seen(it[finished]), it[finished].finAt]).toEqual([
        STUCK_BYTES,
        'reset',
        null,
      ]);
      expect(it.world.closed()).toMatchObject({ reason: `${going}-reset`, during: state });
    });
  });

  describe(`${state}: kill, drain, defect`, () => {
    test.each([
      ['a kill', 'killed', (world: World) => world.kill()],
      ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
      ['a defect', 'internal-error', (world: World) => world.live().defect(new Error('seeded'))],
    ] as const)(
      `%s resets the ${finished}, which must not take the end for a FIN`,
      async (_name, reason, end) => {
        const it = await reached();
        it[going].write(bytesOf(1000));
        it.world.run(5);
        end(it.world);
        it.world.run(20);
        expect([it[finished].receivedBytes, seen(it[finished]), it[finished].finAt]).toEqual([
          1000,
          'reset',
          null,
        ]);
        expect(it.world.closed()).toMatchObject({ reason, during: state });
      },
    );
  });
}
