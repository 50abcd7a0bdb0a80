import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import type { Chunk } from '../../src/core/chunk.ts';

/** What a reader saw: chunks copied as they came, when they came, and how the stream ended. */
export interface Record {
  readonly chunks: Chunk[];
  readonly times: number[];
  bytes: number;
  end: 'none' | 'complete' | { readonly error: unknown };
  /** Things that came after the end, or after unsubscribing. */
  late: number;
  readonly subscription: Subscription;
}

/** Subscribes and records. `onChunk` runs after each chunk was recorded. */
export function record(
  stream: Observable<Chunk>,
  clock: Pick<SchedulerLike, 'now'>,
  onChunk: (chunk: Chunk, record: Record) => void = () => undefined,
): Record {
  const seen = { chunks: [], times: [], bytes: 0, end: 'none', late: 0 } as unknown as Record;
  const subscription = stream.subscribe({
    next: (chunk) => {
      if (seen.end !== 'none' || seen.subscription?.closed === true) seen.late++;
      seen.chunks.push({ bytes: chunk.bytes.slice(), at: chunk.at, borrowed: false });
      seen.times.push(clock.now());
      seen.bytes += chunk.bytes.length;
      onChunk(chunk, seen);
    },
    error: (error: unknown) => {
      if (seen.end !== 'none') seen.late++;
      seen.end = { error };
    },
    complete: () => {
      if (seen.end !== 'none') seen.late++;
      seen.end = 'complete';
    },
  });
  return Object.assign(seen, { subscription });
}
