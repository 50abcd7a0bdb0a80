import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { passThrough } from '../../src/stream/index.ts';
import { stageContract } from './contract.ts';

stageContract('pass-through', () => passThrough());

describe('pass-through', () => {
  it('passes on the very chunks it was given, at the time it was given them', () => {
    const chunk: Chunk = { bytes: Uint8Array.of(1), at: 5, borrowed: true };
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-(aa)-|', { a: chunk });
      expectObservable(passThrough()(source)).toBe('-a-(aa)-|', { a: chunk });
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });
});
