import fc from 'fast-check';
import { Observable, type SchedulerLike, type Subscriber, take, tap, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { Stage } from '../../src/stream/index.ts';
import { chunkOf, countingBytes, joined, textOf } from './chunks.ts';
import { type Record as Recording, record } from './recorder.ts';
import { WindowedSource } from './windowed-source.ts';

/** Makes the stage under test, fresh for one subscription. */
export type MakeStage = (env: { scheduler: SchedulerLike; dropped: (bytes: number) => void }) => Stage;

/** When a FIN or a RST comes out that came in at a time with nothing before it: at once, but for a stage that is about that. */
export type EndsAt = (cameAt: number) => number;

const AT_ONCE: EndsAt = (cameAt) => cameAt;

/** What every stage keeps true, claim by claim. A check throws where the claim does not hold. */
export const STAGE_CLAIMS: Readonly<Record<string, (make: MakeStage, endsAt: EndsAt) => void>> = {
  'never: a source that is silent stays silent': (make) => marbles(make, '-', '-', '^'),
  'empty: a FIN with nothing before it is passed on at once': (make, endsAt) => {
    marbles(make, '|', `${endsAt(0)}ms |`, '(^!)');
    marbles(make, '---|', `${endsAt(3)}ms |`, '^--!');
  },
  'a RST with nothing before it is passed on at once, as the same error': (make, endsAt) => {
    marbles(make, '#', `${endsAt(0)}ms #`, '(^!)');
    marbles(make, '---#', `${endsAt(3)}ms #`, '^--!');
  },
  'one: a single chunk arrives whole, then the FIN': (make) => {
    const seen = playMarbles(make, 'a|', '^!');
    expect(textOf(seen.chunks)).toBe('alpha');
    expect(seen.end).toBe('complete');
  },
  'many: chunks arrive whole and in order, then the FIN': (make) => {
    const seen = playMarbles(make, 'a-b-c 300ms a|', '^ 305ms !');
    expect(textOf(seen.chunks)).toBe('alphabetagammaalpha');
    expect(seen.end).toBe('complete');
  },
  'error: a RST comes after everything before it, as the same error': (make) => {
    const seen = playMarbles(make, '(abc#)', '(^!)');
    expect(textOf(seen.chunks)).toBe('alphabetagamma');
    expect(seen.end).toEqual({ error: 'error' });
  },
  'half-close: a FIN comes after everything before it, however much is held': (make) => {
    const { seen, sent } = playBurst(make, (output) => output.complete());
    expectSameBytes(joined(seen.chunks), sent);
    expect(seen.end).toBe('complete');
    expect(seen.late).toBe(0);
  },
  'reset: a RST comes after everything before it, however much is held': (make) => {
    const reset = { reason: 'client-reset' };
    const { seen, sent } = playBurst(make, (output) => output.error(reset));
    expectSameBytes(joined(seen.chunks), sent);
    expect(seen.end).toEqual({ error: reset });
    expect((seen.end as { error: unknown }).error).toBe(reset);
    expect(seen.late).toBe(0);
  },
  'early unsubscribe: the source is let go, no wait is left, and what was held is told as dropped': (
    make,
  ) => {
    const dropped: number[] = [];
    const scheduler = testScheduler();
    scheduler.run(({ cold, expectSubscriptions, flush }) => {
      const source = cold('(abc)-a-b-c|', WORDS);
      const stage = make({ scheduler, dropped: (bytes) => dropped.push(bytes) });
      const seen = record(stage(source), scheduler);
      scheduler.schedule(() => seen.subscription.unsubscribe(), 7);
      expectSubscriptions(source.subscriptions).toBe('^------!');
      flush();
      expect(seen.late).toBe(0);
      expect(seen.end).toBe('none');
      expect(seen.bytes + sum(dropped)).toBe('alphabetagammaalpha'.length);
      expect(scheduler.frame, 'a wait outlived the subscription').toBe(7);
    });
  },
  'unsubscribing in the middle of a chunk ends it there, even when the source goes on': (make) => {
    const scheduler = new VirtualTimeScheduler();
    let dropped = 0;
    const source = new Observable<Chunk>((output) => {
      scheduler.schedule(() => {
        for (let i = 0; i < 4; i++) output.next(chunkOf('x'.repeat(1000)));
      }, 1);
    });
    const stage = make({ scheduler, dropped: (bytes) => (dropped += bytes) });
    const seen = record(stage(source), scheduler, (_chunk, soFar) => soFar.subscription.unsubscribe());
    scheduler.flush();
    expect(seen.chunks).toHaveLength(1);
    expect(seen.end).toBe('none');
    expect(seen.bytes + dropped).toBeLessThanOrEqual(4000);
  },
  'unsubscribing while the source still emits on being subscribed loses no byte unseen': (make) => {
    const scheduler = new VirtualTimeScheduler();
    let accounted = 0;
    let sent = 0;
    const source = new Observable<Chunk>((output) => {
      const send = () => {
        sent += 1000;
        output.next(chunkOf('x'.repeat(1000)));
      };
      again = send;
      send();
    });
    let again = () => {};
    const count = (bytes: number) => {
      accounted += bytes;
    };
    make({ scheduler, dropped: count })(source)
      .pipe(
        tap((chunk) => {
          count(chunk.bytes.length);
          if (sent < 3000) again();
        }),
        take(1),
      )
      .subscribe();
    scheduler.flush();
    expect(accounted).toBe(sent);
  },
  'slow reader: the window is never exceeded by more than one read, and everything arrives': (make) => {
    const scheduler = new VirtualTimeScheduler();
    const read = 10_000;
    let left = 40;
    const limit = 4 * read;
    const source = new WindowedSource(() => (left-- > 0 ? countingBytes(left, read) : null), limit);
    const stage = make({ scheduler, dropped: (bytes) => source.window.give(bytes) });
    const seen = record(stage(source.chunks), scheduler, (chunk) => {
      scheduler.schedule(() => source.window.give(chunk.bytes.length), 50);
    });
    scheduler.flush();
    expect(source.highWater).toBeLessThanOrEqual(limit + read);
    expect(seen.bytes).toBe(40 * read);
    expect(seen.end).toBe('complete');
    expect(source.window.outstanding).toBe(0);
  },
  'borrowed chunks whose bytes are reused after next arrive as they were': (make) => {
    const scheduler = new VirtualTimeScheduler();
    const shared = new Uint8Array(5000);
    const sent: Chunk[] = [];
    const source = new Observable<Chunk>((output) => {
      const send = (length: number) => {
        shared.set(countingBytes(sent.length, length));
        const bytes = shared.subarray(0, length);
        sent.push({ bytes: bytes.slice(), at: 0, borrowed: false });
        output.next({ bytes, at: 0, borrowed: true });
        shared.fill(0xee);
      };
      for (const length of [1, 2, 5000, 3, 4000, 1, 1]) send(length);
      scheduler.schedule(() => send(4999), 20);
      scheduler.schedule(() => output.complete(), 30);
    });
    const seen = record(make({ scheduler, dropped: lost })(source), scheduler);
    scheduler.flush();
    expectSameBytes(joined(seen.chunks), joined(sent));
    expect(seen.end).toBe('complete');
  },
  'a chunk that the reader makes the source emit comes after all that came before it': (make) => {
    const scheduler = new VirtualTimeScheduler();
    let output: Subscriber<Chunk> | undefined;
    let sent = 0;
    const send = (length: number) => {
      const bytes = countingBytes(sent, length);
      sent += length;
      output?.next({ bytes, at: 0, borrowed: false });
    };
    const source = new Observable<Chunk>((subscriber) => {
      output = subscriber;
      send(3000);
      scheduler.schedule(() => subscriber.complete(), 5000);
    });
    const seen = record(make({ scheduler, dropped: lost })(source), scheduler, () => {
      // By turns long and as short as may be: a stage that holds much may let a short one pass at once.
      if (sent < 9000) send(sent % 2 === 0 ? 1501 : 1);
    });
    scheduler.flush();
    expectSameBytes(joined(seen.chunks), countingBytes(0, sent));
    expect(seen.end).toBe('complete');
  },
  'whatever comes, and when: content and order are exact and the end comes last': (make) => {
    const step = fc.record({ gap: fc.nat(200), length: fc.integer({ min: 1, max: 9000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, clean) => {
        const { seen, sent } = play(make, steps, clean);
        expectSameBytes(joined(seen.chunks), sent);
        expect(seen.end).toEqual(clean ? 'complete' : { error: 'reset' });
        expect(seen.late).toBe(0);
        expect(seen.chunks.every((chunk) => chunk.bytes.length > 0)).toBe(true);
      }),
      { numRuns: 100 },
    );
  },
};

/** Registers every claim as a test of `name`. */
export function stageContract(name: string, make: MakeStage, endsAt: EndsAt = AT_ONCE): void {
  describe(`${name} keeps the contract of a stage`, () => {
    for (const [claim, check] of Object.entries(STAGE_CLAIMS)) it(claim, () => check(make, endsAt));
  });
}

const WORDS = { a: chunkOf('alpha'), b: chunkOf('beta'), c: chunkOf('gamma') };

function testScheduler(): TestScheduler {
  return new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
}

/** For sources without chunks: what comes out, and how long the source was subscribed, as marbles. */
function marbles(make: MakeStage, source: string, output: string, subscription: string): void {
  const scheduler = testScheduler();
  scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
    const chunks = cold<Chunk>(source);
    expectObservable(make({ scheduler, dropped: lost })(chunks)).toBe(output);
    expectSubscriptions(chunks.subscriptions).toBe(subscription);
  });
}

/** Records what comes out of a source in marbles; the source is let go at its own end, even where the stage still holds. */
function playMarbles(make: MakeStage, source: string, subscription: string): Recording {
  const scheduler = testScheduler();
  return scheduler.run(({ cold, expectSubscriptions, flush }) => {
    const chunks = cold(source, WORDS);
    const seen = record(make({ scheduler, dropped: lost })(chunks), scheduler);
    expectSubscriptions(chunks.subscriptions).toBe(subscription);
    flush();
    expect(seen.late).toBe(0);
    return seen;
  });
}

/** 100 KB at once, and the end in the same instant. */
function playBurst(make: MakeStage, end: (output: Subscriber<Chunk>) => void) {
  const scheduler = new VirtualTimeScheduler();
  const sent = countingBytes(0, 100_000);
  const source = new Observable<Chunk>((output) => {
    for (let from = 0; from < sent.length; from += 7000)
      output.next({ bytes: sent.subarray(from, from + 7000), at: 0, borrowed: false });
    end(output);
  });
  const seen = record(make({ scheduler, dropped: lost })(source), scheduler);
  scheduler.flush();
  return { seen, sent };
}

function play(make: MakeStage, steps: readonly { gap: number; length: number }[], clean: boolean) {
  const scheduler = new VirtualTimeScheduler();
  const sent = countingBytes(0, sum(steps.map((step) => step.length)));
  const source = new Observable<Chunk>((output) => {
    let time = 0;
    let from = 0;
    for (const { gap, length } of steps) {
      time += gap;
      const bytes = sent.subarray(from, from + length);
      from += length;
      scheduler.schedule(() => output.next({ bytes, at: scheduler.now(), borrowed: false }), time);
    }
    scheduler.schedule(() => (clean ? output.complete() : output.error('reset')), time);
  });
  const seen = record(make({ scheduler, dropped: lost })(source), scheduler);
  scheduler.flush();
  return { seen, sent };
}

/** Exact, and cheap for long arrays. */
function expectSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length, 'how many bytes arrived').toBe(expected.length);
  expect(Buffer.compare(actual, expected), 'their content or order').toBe(0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function lost(bytes: number): void {
  expect.fail(`${bytes} bytes were dropped`);
}
