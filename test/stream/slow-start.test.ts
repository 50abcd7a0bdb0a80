import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { chunkOf } from './chunks.ts';
import { stageContract } from './contract.ts';
import { slowStart } from './slow-start.ts';

stageContract('slow-start', (env) => slowStart({ delayMs: 200, ...env }));
stageContract('slow-start without a delay', (env) => slowStart({ delayMs: 0, ...env }));

describe('slow-start', () => {
  it('holds the first bytes and what comes meanwhile, then passes everything at once', () => {
    const values = { a: chunkOf('a'), b: chunkOf('b'), c: chunkOf('c'), x: chunkOf('ab') };
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a-b 200ms c|', values);
      const stage = slowStart({ delayMs: 100, scheduler, dropped: (bytes) => expect.fail(`${bytes}`) });
      expectObservable(stage(source)).toBe('-- 100ms x 102ms c|', values);
      expectSubscriptions(source.subscriptions).toBe('^---- 200ms -!');
    });
  });
});
