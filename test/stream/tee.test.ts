import { Observable, of, type Subscriber, take, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { type TeeSink, tee } from '../../src/stream/index.ts';
import { chunkOf } from './chunks.ts';
import { stageContract } from './contract.ts';
import { record } from './recorder.ts';

stageContract('tee', () => tee({ sink: memorySink(), failed: (message) => expect.fail(message) }));
stageContract('tee with a sink that refuses everything', () =>
  tee({ sink: brokenSink(0), failed: () => undefined }),
);

describe('tee', () => {
  it('passes on the very chunks it was given, at the time it was given them', () => {
    const chunk: Chunk = { bytes: Uint8Array.of(1), at: 5, borrowed: true };
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-(aa)-|', { a: chunk });
      const stage = tee({ sink: memorySink(), failed: (message) => expect.fail(message) });
      expectObservable(stage(source)).toBe('-a-(aa)-|', { a: chunk });
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });

  it('copies a chunk before its reader sees it, so that the copy is in order whatever the reader does', () => {
    const sink = memorySink();
    let output: Subscriber<Chunk> | undefined;
    const source = new Observable<Chunk>((subscriber) => {
      output = subscriber;
      subscriber.next(chunkOf('1'));
    });
    const seen: string[] = [];
    tee({ sink, failed: (message) => expect.fail(message) })(source).subscribe(() => {
      seen.push(sink.text());
      if (seen.length < 3) output?.next(chunkOf(String(seen.length + 1)));
    });
    expect(seen).toEqual(['1', '12', '123']);
  });

  it('closes its sink once: on FIN, on RST and on unsubscribe', () => {
    for (const end of ['complete', 'error', 'unsubscribe'] as const) {
      const sink = memorySink();
      const { seen, output } = open(sink);
      output.next(chunkOf('abc'));
      expect(sink.closed).toBe(0);
      if (end === 'complete') output.complete();
      else if (end === 'error') output.error('reset');
      else seen.subscription.unsubscribe();
      output.next(chunkOf('late'));
      seen.subscription.unsubscribe();
      expect(sink.closed, end).toBe(1);
      expect(sink.text(), end).toBe('abc');
    }
  });

  it('copies nothing after its reader has left, even while it is still being subscribed', () => {
    const sink = memorySink();
    const stage = tee({ sink, failed: (message) => expect.fail(message) });
    stage(of(chunkOf('a'), chunkOf('b')))
      .pipe(take(1))
      .subscribe();
    expect(sink.text()).toBe('a');
    expect(sink.closed).toBe(1);
  });

  it('drops a sink that throws, says so once, and goes on', () => {
    const failures: string[] = [];
    const sink = brokenSink(2);
    const { seen, output } = open(sink, failures);
    for (const text of ['a', 'b', 'c', 'd']) output.next(chunkOf(text));
    expect(sink.text()).toBe('ab');
    expect(sink.closed).toBe(1);
    output.complete();
    expect(failures).toEqual(['the sink is broken']);
    expect(sink.closed).toBe(1);
    expect(seen.chunks).toHaveLength(4);
    expect(seen.end).toBe('complete');
  });

  it('says so when closing fails, but not a second time after a failed write', () => {
    const badClose = (): never => {
      throw new Error('cannot close');
    };
    const failures: string[] = [];
    open({ write: () => undefined, close: badClose }, failures).output.complete();
    expect(failures).toEqual(['cannot close']);
    const { output } = open({ ...brokenSink(0), close: badClose }, failures);
    output.next(chunkOf('a'));
    output.complete();
    expect(failures).toEqual(['cannot close', 'the sink is broken']);
  });
});

function open(sink: TeeSink, failures?: string[]) {
  const failed = (message: string) =>
    failures === undefined ? expect.fail(message) : failures.push(message);
  let output: Subscriber<Chunk> | undefined;
  const source = new Observable<Chunk>((subscriber) => {
    output = subscriber;
  });
  const seen = record(tee({ sink, failed })(source), new VirtualTimeScheduler());
  return { seen, output: output as Subscriber<Chunk> };
}

function memorySink(): TeeSink & { text(): string; closed: number } {
  const parts: Uint8Array[] = [];
  return {
    closed: 0,
    write: (bytes) => void parts.push(Uint8Array.from(bytes)),
    close() {
      this.closed++;
    },
    text: () => Buffer.concat(parts).toString(),
  };
}

/** Takes `writes` writes, then throws. */
function brokenSink(writes: number): ReturnType<typeof memorySink> {
  const sink = memorySink();
  const { write } = sink;
  let left = writes;
  sink.write = (bytes) => {
    if (left-- <= 0) throw new Error('the sink is broken');
    write(bytes);
  };
  return sink;
}
