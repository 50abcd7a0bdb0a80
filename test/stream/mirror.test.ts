import { Observable, type Subscriber, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { connectionId } from '../../src/core/connection-id.ts';
import type { MirrorLine, MirrorPlan } from '../../src/core/mirror.ts';
import { buildStages, DRAIN, liveStage, mirror, type StageEnv } from '../../src/stream/index.ts';
import { chunkOf } from './chunks.ts';
import { stageContract } from './contract.ts';
import { record } from './recorder.ts';

stageContract('mirror', () => mirror(new Line()));

const PLAN: MirrorPlan = {
  kind: 'mirror',
  pool: 1,
  direction: 'up',
  bufferBytes: 65_536,
  onFull: 'detach',
  sample: 1,
  timeouts: { connectMs: 1, writeStallMs: 1, lingerMs: 1 },
  diff: 'off',
};

describe('mirror', () => {
  it('copies a chunk before its reader sees it, so that the copy is in order whatever the reader does', () => {
    const line = new Line();
    let output: Subscriber<Chunk> | undefined;
    const source = new Observable<Chunk>((subscriber) => {
      output = subscriber;
      subscriber.next(chunkOf('1'));
    });
    const seen: string[] = [];
    mirror(line)(source).subscribe(() => {
      seen.push(line.text);
      if (seen.length < 3) output?.next(chunkOf(String(seen.length + 1)));
    });
    expect(seen).toEqual(['1', '12', '123']);
  });

  it('keeps no bytes of a chunk that is borrowed beyond the call', () => {
    const { line, output, seen } = open();
    const chunk = { bytes: Uint8Array.of(97), at: 0, borrowed: true };
    output.next(chunk);
    expect(line.text).toBe('a');
    expect(seen.chunks).toHaveLength(1);
  });

  it.each([
    ['FIN', 'end', (output: Subscriber<Chunk>) => output.complete()],
    ['its being taken away', 'leave', (output: Subscriber<Chunk>) => output.error(DRAIN)],
    ['RST', 'reset', (output: Subscriber<Chunk>) => output.error('reset')],
  ] as const)('tells its line of %s once, behind all bytes', (_, told, end) => {
    const { line, output, seen } = open();
    output.next(chunkOf('abc'));
    end(output);
    output.next(chunkOf('late'));
    seen.subscription.unsubscribe();
    expect(line.calls).toEqual(['abc', told]);
  });

  it('resets its line when it is unsubscribed, and copies nothing afterwards', () => {
    const { line, output, seen } = open();
    output.next(chunkOf('abc'));
    seen.subscription.unsubscribe();
    output.next(chunkOf('late'));
    expect(line.calls).toEqual(['abc', 'reset']);
  });

  it('stands in no direction that has no line, and in none where there are no mirrors', () => {
    const line = new Line();
    const env = { ...ENV, openMirror: () => line };
    expect(buildStages([PLAN], 'up', env)).toHaveLength(1);
    expect(buildStages([PLAN], 'up', { ...ENV, openMirror: () => null })).toEqual([]);
    expect(buildStages([PLAN], 'up', ENV)).toEqual([]);
  });
});

describe('a live mirror', () => {
  it('follows no other plan, and opens nothing to find that out', () => {
    let opened = 0;
    const openMirror = () => {
      opened++;
      return new Line();
    };
    const live = liveStage(PLAN, 0, 'up', { ...ENV, openMirror });
    expect(live.update({ ...PLAN, pool: 2 })).toBe(false);
    expect(opened).toBe(1);
  });
});

const ENV: StageEnv = {
  scheduler: new VirtualTimeScheduler(),
  connection: connectionId(1, 2, 3),
  listener: 'edge',
  openedAt: 0,
  failed: (_stage, message) => expect.fail(message),
  dropped: (bytes) => expect.fail(`${bytes} bytes were dropped`),
};

function open() {
  const line = new Line();
  let output: Subscriber<Chunk> | undefined;
  const source = new Observable<Chunk>((subscriber) => {
    output = subscriber;
  });
  const seen = record(mirror(line)(source), new VirtualTimeScheduler());
  return { line, seen, output: output as Subscriber<Chunk> };
}

/** Keeps what it is told. */
class Line implements MirrorLine {
  readonly calls: string[] = [];

  get text(): string {
    return this.calls.join('');
  }

  write(bytes: Uint8Array): void {
    this.calls.push(Buffer.from(bytes).toString());
  }

  end(): void {
    this.calls.push('end');
  }

  leave(): void {
    this.calls.push('leave');
  }

  reset(): void {
    this.calls.push('reset');
  }
}
