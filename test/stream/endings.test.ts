import { Observable, type Subscriber, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { StagePlan } from '../../src/core/stage-plan.ts';
import { buildStages, StageEnd } from '../../src/stream/index.ts';
import { chain, envOf } from './chaos-env.ts';
import { countingBytes, joined } from './chunks.ts';
import { down, dropConnection, limitData, quota, resetPeer, timeout } from './fault-plans.ts';
import { record } from './recorder.ts';

/** A connection of 1,000 bytes each 10 ms, without an end of its own. */
function play(plan: StagePlan, behind: readonly StagePlan[] = []) {
  const scheduler = new VirtualTimeScheduler(undefined, 10_000);
  const seen = { dropped: 0, sent: 0, letGoAt: -1 };
  const env = envOf(scheduler, 1, {}, (bytes) => {
    seen.dropped += bytes;
  });
  const source = new Observable<Chunk>((output) => {
    const next = () => {
      if (output.closed) return;
      const bytes = countingBytes(seen.sent, 1000);
      seen.sent += 1000;
      output.next({ bytes, at: scheduler.now(), borrowed: true });
      if (!output.closed) scheduler.schedule(next, 10);
    };
    scheduler.schedule(next, 5);
    return () => {
      seen.letGoAt = scheduler.now();
    };
  });
  const out = record(chain([plan, ...behind], env)(source), scheduler);
  scheduler.flush();
  const waits = scheduler.actions.filter((action) => !action.closed).length;
  return { ...seen, out, bytes: joined(out.chunks), waits };
}

const cases: readonly (readonly [
  name: string,
  plan: StagePlan,
  how: 'close' | 'reset',
  bytes: number,
  at: number,
])[] = [
  ['timeout', timeout(200), 'close', 0, 200],
  ['timeout by RST', timeout(200, 'reset'), 'reset', 0, 200],
  ['reset_peer', resetPeer(200), 'reset', 20_000, 200],
  ['reset_peer at once', resetPeer(0), 'reset', 0, 0],
  ['down', down(), 'reset', 0, 0],
  ['reset_peer that awaits a byte', { ...resetPeer(200), awaits: 'up' }, 'reset', 0, 205],
  ['timeout that drops', { ...timeout(200), drops: true }, 'close', 0, 200],
  ['limit_data', limitData(2500), 'close', 2500, 25],
  ['limit_data by RST, at a boundary', limitData(3000, 'reset'), 'reset', 3000, 25],
  ['limit_data of nothing', limitData(0), 'close', 0, 5],
  ['quota', quota(2500), 'close', 2500, 25],
  ['quota by RST', quota(1, 'reset'), 'reset', 1, 5],
  ['drop_connection', dropConnection(1, 0), 'reset', 0, 0],
  ['drop_connection after bytes', dropConnection(1, 4001), 'reset', 4001, 45],
];

describe('a stage that ends the connection', () => {
  it.each(cases)('%s: says so once, after exactly the bytes that may pass', (_name, plan, how, bytes) => {
    const { out, bytes: passed } = play(plan);
    expect(out.end).toEqual({ error: new StageEnd(how, plan.kind) });
    expect((out.end as { error: unknown }).error).toBeInstanceOf(StageEnd);
    expect(passed.length).toBe(bytes);
    expect(Buffer.compare(passed, countingBytes(0, bytes))).toBe(0);
    expect(out.late).toBe(0);
  });

  it.each(cases)('%s: lets its source go then, leaves no wait, and tells what it dropped', (...of) => {
    const [, plan, , bytes, at] = of;
    const { letGoAt, waits, sent, dropped } = play(plan);
    expect(letGoAt).toBe(at);
    expect(waits).toBe(0);
    expect(bytes + dropped).toBe(sent);
  });

  it.each(cases)('%s: comes behind what later stages hold', (...of) => {
    const [, plan, how, bytes] = of;
    const { out, bytes: passed } = play(plan, [{ kind: 'rate_limit', up: 10_000, down: 0, burst: 0 }]);
    expect(passed.length).toBe(bytes);
    expect(out.end).toEqual({ error: new StageEnd(how, plan.kind) });
  });

  it.each(cases)('%s: passes on a FIN and a RST that come before, and leaves no wait', (...of) => {
    const [name, plan] = of;
    if (name.startsWith('timeout') || name.includes('awaits')) return;
    for (const how of ['complete', 'error'] as const) {
      const scheduler = new VirtualTimeScheduler();
      const source = new Observable<Chunk>((output) => output[how]('reset'));
      const seen = record(chain([plan], envOf(scheduler))(source), scheduler);
      scheduler.flush();
      expect(seen.end).toEqual(how === 'complete' ? 'complete' : { error: 'reset' });
      expect(scheduler.now()).toBe(0);
    }
  });

  it.each(cases)('%s: is cancelled by unsubscribing', (...of) => {
    const [, plan] = of;
    const scheduler = new VirtualTimeScheduler();
    let dropped = 0;
    const env = envOf(scheduler, 1, {}, (bytes) => {
      dropped += bytes;
    });
    const source = new Observable<Chunk>((output) =>
      output.next({ bytes: new Uint8Array(1), at: 0, borrowed: true }),
    );
    const seen = record(chain([plan], env)(source), scheduler);
    seen.subscription.unsubscribe();
    expect(scheduler.actions.every((action) => action.closed)).toBe(true);
    expect(seen.bytes + dropped).toBe(1);
  });

  it('ends once where its reader makes the source emit again', () => {
    const scheduler = new VirtualTimeScheduler();
    let output: Subscriber<Chunk> | null = null;
    let dropped = 0;
    const send = (length: number) => output?.next({ bytes: new Uint8Array(length), at: 0, borrowed: false });
    const source = new Observable<Chunk>((subscriber) => {
      output = subscriber;
      scheduler.schedule(() => send(60), 1);
    });
    const env = envOf(scheduler, 1, {}, (bytes) => {
      dropped += bytes;
    });
    const seen = record(chain([limitData(100)], env)(source), scheduler, (_chunk, soFar) => {
      if (soFar.chunks.length < 3) send(60);
    });
    scheduler.flush();
    expect([seen.bytes, dropped, seen.late]).toEqual([100, 80, 0]);
  });
});

describe('what both directions have in common', () => {
  it.each([quota(1500), dropConnection(1, 1500)])('of $kind is one count of bytes', (plan) => {
    const scheduler = new VirtualTimeScheduler();
    const env = envOf(scheduler);
    const both = (['up', 'down'] as const).map((direction) => {
      let output: Subscriber<Chunk> | null = null;
      const source = new Observable<Chunk>((subscriber) => {
        output = subscriber;
      });
      const [stage] = buildStages([plan], direction, env);
      const seen = record(stage?.(source) ?? source, scheduler);
      return { seen, send: () => output?.next({ bytes: new Uint8Array(1000), at: 0, borrowed: false }) };
    });
    both[0]?.send();
    both[1]?.send();
    expect(both.map(({ seen }) => seen.bytes)).toEqual([1000, 500]);
    expect(both[1]?.seen.end).toEqual({ error: expect.any(StageEnd) });
    both[0]?.send();
    expect([both[0]?.seen.bytes, both[0]?.seen.end]).toEqual([1000, { error: expect.any(StageEnd) }]);
  });

  it('of drop_connection is the decision: as often as it should be, in both directions alike', () => {
    const plan = dropConnection(0.3, 1, { seed: 9 });
    const ends = (number: number) => {
      const env = envOf(new VirtualTimeScheduler(), number);
      return (['up', 'down'] as const).map((direction) => {
        const source = new Observable<Chunk>((output) =>
          output.next({ bytes: new Uint8Array(1), at: 0, borrowed: true }),
        );
        const [stage] = buildStages([plan], direction, env);
        return record(stage?.(source) ?? source, env.scheduler).end !== 'none';
      });
    };
    const all = Array.from({ length: 2000 }, (_, number) => ends(number));
    expect(all.every(([up, down]) => up === down)).toBe(true);
    expect(Math.abs(all.filter(([up]) => up).length / 2000 - 0.3)).toBeLessThan(0.03);
  });
});
