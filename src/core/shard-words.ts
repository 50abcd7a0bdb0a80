/**
 * Single words that a shard and control share, one region a shard. Each is written by one side: BEAT, VERSION, OLDEST,
 * CONNECTIONS, DESCRIPTORS and GONE by the shard, DETAIL by control.
 */
export const SHARD_WORDS = {
  /** Changes while the shard's loop turns; wraps. */
  BEAT: 0,
  /** Version of the plan that new connections get. */
  VERSION: 1,
  /** Oldest version of a plan that a connection still lives under; VERSION where there is none older. */
  OLDEST: 2,
  /** Live connection actors. */
  CONNECTIONS: 3,
  /** Descriptors of its plane: endpoints and dials. */
  DESCRIPTORS: 4,
  /** Not 0: somebody wants `entered` facts. */
  DETAIL: 5,
  /** 1 once its sockets are gone because its thread ends. */
  GONE: 6,
} as const;

const LENGTH = 8;

/** Zeroed words of a shard, on shared memory of their own. */
export function allocateShardWords(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(LENGTH * Int32Array.BYTES_PER_ELEMENT));
}

export type ShardWord = keyof typeof SHARD_WORDS;

export function readWord(words: Int32Array, word: ShardWord): number {
  return Atomics.load(words, SHARD_WORDS[word]);
}

export function writeWord(words: Int32Array, word: ShardWord, value: number): void {
  Atomics.store(words, SHARD_WORDS[word], value);
}

/** `by` may be negative. */
export function addToWord(words: Int32Array, word: ShardWord, by: number): void {
  Atomics.add(words, SHARD_WORDS[word], by);
}

/** Zeroes what a dead shard wrote, so that nobody adds up what is gone. DETAIL, which is control's, and GONE stay. */
export function clearShardWords(words: Int32Array): void {
  for (const word of WRITTEN_BY_SHARD) Atomics.store(words, SHARD_WORDS[word], 0);
}

const WRITTEN_BY_SHARD = ['BEAT', 'VERSION', 'OLDEST', 'CONNECTIONS', 'DESCRIPTORS'] as const;

/** Wakes whoever waits for a word to change. */
export function notifyWord(words: Int32Array, word: ShardWord): void {
  Atomics.notify(words, SHARD_WORDS[word]);
}

/** Stops this thread until the word is another than `value`, or `ms` milliseconds have passed. */
export function waitForWord(words: Int32Array, word: ShardWord, value: number, ms: number): void {
  Atomics.wait(words, SHARD_WORDS[word], value, ms);
}
