import { describe, expect, test } from 'vitest';
import {
  addToWord,
  allocateShardWords,
  clearShardWords,
  readWord,
  SHARD_WORDS,
  type ShardWord,
  writeWord,
} from '../../src/core/shard-words.ts';

const NAMES = Object.keys(SHARD_WORDS) as ShardWord[];

describe('the words of a shard', () => {
  test('start at zero and are kept apart', () => {
    const words = allocateShardWords();
    expect(NAMES.map((name) => readWord(words, name))).toEqual(NAMES.map(() => 0));
    for (const [position, name] of NAMES.entries()) writeWord(words, name, position + 1);
    expect(NAMES.map((name) => readWord(words, name))).toEqual(NAMES.map((_, position) => position + 1));
  });

  test('are seen by whoever has the same memory', () => {
    const words = allocateShardWords();
    const elsewhere = new Int32Array(words.buffer);
    addToWord(words, 'CONNECTIONS', 5);
    addToWord(elsewhere, 'CONNECTIONS', -2);
    expect(readWord(words, 'CONNECTIONS')).toBe(3);
  });

  test('BEAT wraps and goes on changing', () => {
    const words = allocateShardWords();
    writeWord(words, 'BEAT', 2 ** 31 - 1);
    addToWord(words, 'BEAT', 1);
    expect(readWord(words, 'BEAT')).toBe(-(2 ** 31));
  });

  test('of a dead shard are cleared but for what control has set, and that it is gone', () => {
    const words = allocateShardWords();
    for (const name of NAMES) writeWord(words, name, 9);
    clearShardWords(words);
    expect(NAMES.filter((name) => readWord(words, name) !== 0)).toEqual(['DETAIL', 'GONE']);
    expect(readWord(words, 'DETAIL')).toBe(9);
  });
});
