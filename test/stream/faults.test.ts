import { createHash } from 'node:crypto';
import { Observable, of, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { StagePlan } from '../../src/core/stage-plan.ts';
import {
  buildStages,
  type ChaosEnv,
  flushTees,
  liveStage,
  StageEnd,
  SwitchPoint,
} from '../../src/stream/index.ts';
import { chain, chaosOf, envOf } from './chaos-env.ts';
import { chunkOf, countingBytes, joined, textOf } from './chunks.ts';
import { type EndsAt, stageContract } from './contract.ts';
import {
  corrupt,
  down,
  dropConnection,
  during,
  limitData,
  quota,
  resetPeer,
  slowClose,
  stall,
  timeout,
} from './fault-plans.ts';
import { record } from './recorder.ts';
import { freshPaths } from './tee-directory.ts';

const contract = (name: string, plan: StagePlan, endsAt?: EndsAt) =>
  stageContract(name, ({ scheduler, dropped }) => chain([plan], envOf(scheduler, 1, {}, dropped)), endsAt);

contract('slow_close', slowClose(80, true), (cameAt) => cameAt + 80);
contract('timeout that is taken away after 40 ms', timeout(0, 'close', during(40)), (at) => Math.max(40, at));
contract('reset_peer that is taken away before its time', resetPeer(50, during(20)));
contract('limit_data that is not reached', limitData(10 ** 9));
contract('quota that is not reached', quota(10 ** 9));
contract('stall', stall(0.3, 40));
contract('corrupt that flips nothing', corrupt(0));
contract('drop_connection that spares the connection', dropConnection(0, 0));
contract(
  'down that has expired before it began',
  down({ schedule: { fromMs: 50, forMs: 0, everyMs: 0, expiresMs: 20 } }),
);
contract('drop_connection that is not reached', dropConnection(1, 10 ** 9));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function flow(
  plans: readonly StagePlan[],
  sent: Uint8Array,
  number = 1,
  more: Partial<ChaosEnv> = {},
  piece = 700,
) {
  const scheduler = new VirtualTimeScheduler();
  const source = new Observable<Chunk>((output) => {
    for (let from = 0; from < sent.length; from += piece)
      scheduler.schedule(
        () => output.next({ bytes: sent.subarray(from, from + piece), at: scheduler.now(), borrowed: true }),
        from / piece,
      );
    scheduler.schedule(() => output.complete(), Math.ceil(sent.length / piece));
  });
  const seen = record(chain(plans, envOf(scheduler, number, more))(source), scheduler);
  scheduler.flush();
  return { bytes: joined(seen.chunks), times: seen.times, end: seen.end };
}

describe('slow_close', () => {
  it('passes bytes at once, and a RST too unless it is told', () => {
    const scheduler = new VirtualTimeScheduler();
    const source = new Observable<Chunk>((output) => {
      output.next(chunkOf('a'));
      output.error('reset');
    });
    const seen = record(chain([slowClose(80, false)], envOf(scheduler))(source), scheduler);
    expect([textOf(seen.chunks), seen.end]).toEqual(['a', { error: 'reset' }]);
    expect(flow([slowClose(80, false)], countingBytes(0, 7000)).times).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });
});

describe('a FIN that is late', () => {
  it('leaves no wait when nobody waits for it any more', () => {
    const scheduler = new VirtualTimeScheduler();
    const seen = record(chain([slowClose(80, false)], envOf(scheduler))(of()), scheduler);
    expect(scheduler.actions.filter((action) => !action.closed)).toHaveLength(1);
    seen.subscription.unsubscribe();
    expect(scheduler.actions.filter((action) => !action.closed)).toEqual([]);
  });

  it('comes at once when the stage is taken away', () => {
    const scheduler = new VirtualTimeScheduler();
    const live = liveStage(slowClose(80, false), 0, 'up', envOf(scheduler));
    const seen = record(live.stage?.(of()) ?? of(), scheduler);
    live.release();
    expect(seen.end).toBe('complete');
  });
});

describe('timeout', () => {
  it('lets go what it held when it is only taken away', () => {
    const scheduler = new VirtualTimeScheduler();
    const point = new SwitchPoint(chain([timeout(0)], envOf(scheduler)), () => undefined);
    const source = new Observable<Chunk>((output) => output.next(chunkOf('abc')));
    const seen = record(point.stage(source), scheduler);
    expect(seen.bytes).toBe(0);
    point.set(null);
    expect(textOf(seen.chunks)).toBe('abc');
  });

  it('lets what it held pass when it is taken away from a live stream, a FIN included', () => {
    const scheduler = new VirtualTimeScheduler();
    const live = liveStage(timeout(0), 0, 'up', envOf(scheduler));
    const point = new SwitchPoint(live.stage, () => undefined);
    const source = new Observable<Chunk>((output) => {
      output.next(chunkOf('abc'));
      scheduler.schedule(() => output.next(chunkOf('def')), 10);
      scheduler.schedule(() => output.complete(), 20);
    });
    const seen = record(point.stage(source), scheduler);
    scheduler.schedule(() => {
      expect(seen.bytes).toBe(0);
      live.release();
      point.set(null);
    }, 30);
    scheduler.flush();
    expect([textOf(seen.chunks), seen.end, seen.times[0]]).toEqual(['abcdef', 'complete', 30]);
  });
});

describe('stall', () => {
  it('pauses as often as it should, for times that double', () => {
    const sent = countingBytes(0, 1500);
    const { bytes, times } = flow([stall(0.1, 1000, { seed: 3 })], sent, 1, {}, 1);
    expect(sha256(bytes)).toBe(sha256(sent));
    const alone = Array.from({ length: 4000 }, (_, number) => {
      const seen = flow([stall(0.1, 1000, { seed: 4 })], countingBytes(0, 1), number);
      return seen.times[0] ?? 0;
    });
    const share = (least: number) => alone.filter((pause) => pause >= least).length / 4000;
    expect(Math.abs(share(1) - 0.1)).toBeLessThan(0.015);
    expect(share(1)).toBe(share(1000));
    expect(alone.filter((pause) => pause > 1500 && pause < 2000)).toEqual([]);
    expect(Math.abs(share(2000) - 0.01)).toBeLessThan(0.005);
    expect(times.at(-1)).toBeGreaterThan(1500);
  });

  it('ends every pause, even where everything is lost', () => {
    expect(flow([stall(1, 1000)], countingBytes(0, 1)).times).toEqual([60_000]);
  });
});

describe('corrupt', () => {
  const sent = countingBytes(0, 200_000);
  const flipped = (bytes: Uint8Array) =>
    [...bytes.entries()].flatMap(([at, byte]) => (byte === sent[at] ? [] : [[at, byte ^ (sent[at] ?? 0)]]));

  it('flips one bit in as many bytes as it should, every bit as often', () => {
    const flips = flipped(flow([corrupt(0.05, { seed: 1 })], sent).bytes);
    expect(Math.abs(flips.length / sent.length - 0.05)).toBeLessThan(0.003);
    for (let bit = 0; bit < 8; bit++) {
      const share = flips.filter(([, mask]) => mask === 1 << bit).length / flips.length;
      expect(Math.abs(share - 0.125), `bit ${bit}`).toBeLessThan(0.02);
    }
  });

  it('flips the same bits with the same seed, however the bytes are cut', () => {
    const first = flow([corrupt(0.01, { seed: 1 })], sent, 1, {}, 700).bytes;
    expect(sha256(flow([corrupt(0.01, { seed: 1 })], sent, 1, {}, 7000).bytes)).toBe(sha256(first));
    expect(sha256(flow([corrupt(0.01, { seed: 2 })], sent).bytes)).not.toBe(sha256(first));
  });

  it('never writes into bytes it was given', () => {
    const chunk = { bytes: countingBytes(0, 1000), at: 0, borrowed: true };
    const scheduler = new VirtualTimeScheduler();
    const seen = record(chain([corrupt(1)], envOf(scheduler))(of(chunk)), scheduler);
    expect(sha256(chunk.bytes)).toBe(sha256(countingBytes(0, 1000)));
    expect(flipped(joined(seen.chunks)).length).toBe(1000);
  });

  it('leaves TLS alone unless it is forced', () => {
    const stages = (force: boolean) =>
      buildStages([corrupt(1, {}, force)], 'up', envOf(new VirtualTimeScheduler(), 1, { isTls: true }))
        .length;
    expect([stages(false), stages(true)]).toEqual([0, 1]);
  });
});

const freshPath = freshPaths();

describe('all stages stacked on one stream', () => {
  it('keep every byte and their order, and make the same faults with the same seed', async () => {
    const seed = (value: number) => ({ chaos: chaosOf({ seed: value }) });
    const plans = (value: number): StagePlan[] => [
      { kind: 'pass_through' },
      { kind: 'rate_limit', up: 400_000, down: 0, burst: 1000 },
      { kind: 'tee', file: `${freshPath()}-{connection}.{direction}`, format: 'raw' },
      { kind: 'latency', up: 30, down: null, jitterMs: 20, distribution: 'pareto', ...seed(value) },
      { kind: 'bandwidth', up: 500_000, down: 0, ...seed(value) },
      { kind: 'slicer', direction: 'up', averageBytes: 900, variationBytes: 300, delayMs: 1, ...seed(value) },
      slowClose(100, true),
      timeout(0, 'close', during(50)),
      resetPeer(200, during(100)),
      limitData(10 ** 9),
      quota(10 ** 9),
      stall(0.02, 50, { seed: value }),
      corrupt(0),
      dropConnection(0, 0, { seed: value }),
    ];
    const sent = countingBytes(0, 300_000);
    const first = flow(plans(1), sent);
    expect(sha256(first.bytes)).toBe(sha256(sent));
    expect(first.end).toBe('complete');
    expect(flow(plans(1), sent).times).toEqual(first.times);
    expect(flow(plans(2), sent).times).not.toEqual(first.times);
    await flushTees(10_000);
  });
});

describe('a timeout that drops', () => {
  const drops = { ...timeout(0), drops: true } as const;

  it('passes on a FIN, and holds nothing', () => {
    const { bytes, end } = flow([drops], countingBytes(0, 5000));
    expect([bytes.length, end]).toEqual([0, 'complete']);
  });

  it('ends the connection when it is taken away, since what was dropped is missed', () => {
    const { bytes, end } = flow(
      [{ ...drops, ...timeout(0, 'close', during(3)), drops: true }],
      countingBytes(0, 5000),
    );
    expect(bytes.length).toBe(0);
    expect(end).toEqual({ error: new StageEnd('close', 'timeout') });
  });
});

describe('a reset_peer that awaits a direction', () => {
  const awaiting = { ...resetPeer(2), awaits: 'up' } as const;

  it('passes nothing from the first byte on, and resets so long after it', () => {
    const { bytes, end } = flow([awaiting], countingBytes(0, 5000));
    expect([bytes.length, end]).toEqual([0, { error: new StageEnd('reset', 'reset_peer') }]);
  });

  it('does nothing in the other direction', () => {
    const scheduler = new VirtualTimeScheduler();
    expect(buildStages([awaiting], 'down', envOf(scheduler))).toEqual([]);
  });

  it('counts from a FIN as well, which does not pass before', () => {
    const { end } = flow([awaiting], new Uint8Array());
    expect(end).toEqual({ error: new StageEnd('reset', 'reset_peer') });
  });

  it('ends the connection when it is taken away after a byte, and does nothing when before', () => {
    const after = flow([{ ...awaiting, ...resetPeer(50, during(3)), awaits: 'up' }], countingBytes(0, 5000));
    expect(after.end).toEqual({ error: new StageEnd('reset', 'reset_peer') });
    const quiet = { kind: 'rate_limit', up: 1000, down: 0, burst: 0 } as const;
    const before = flow(
      [quiet, { ...resetPeer(50, during(3)), awaits: 'up' }],
      countingBytes(0, 700),
      1,
      {},
      700,
    );
    expect([before.bytes.length, before.end]).toEqual([700, 'complete']);
  });
});
