import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/facts.ts';
import { FactsRingLayout } from '../../src/core/facts-ring.ts';
import { FactsReader } from '../../src/shared-memory/index.ts';
import { startThread, until } from './threads.ts';

const BATCH = 256;

/** All that is there now. */
function readAll(reader: FactsReader): Fact[] {
  const facts: Fact[] = [];
  for (;;) {
    const batch = reader.read(BATCH);
    for (const fact of batch) facts.push(fact);
    if (batch.length < BATCH) return facts;
  }
}

/** The facts that are not what the teller wrote, or not in its order. */
function wrong(facts: readonly Fact[]): Fact[] {
  return facts.filter((fact, position) => {
    const before = facts[position - 1];
    const text = `${fact.at}`.repeat(fact.at % 17);
    const whole =
      fact.at % 3 === 0
        ? fact.kind === 'closed' && fact.client === text
        : fact.kind === 'error' && fact.message === text;
    return !whole || (before !== undefined && before.at >= fact.at);
  });
}

describe('a shard’s thread and control', () => {
  test('every fact arrives in order or is counted as dropped, and no wake-up is lost', async () => {
    const FACTS = 200_000;
    const ring = FactsRingLayout.allocate(64 * 1024);
    const reader = new FactsReader(ring);
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const thread = startThread('teller', { ring, facts: FACTS, endless: false, progress });
    const facts: Fact[] = [];
    const dropped = await new Promise<number>((resolve, reject) => {
      thread.on('error', reject);
      thread.on('message', (message: 'facts' | { dropped: number }) => {
        if (message !== 'facts') resolve(message.dropped);
        else for (const fact of readAll(reader)) facts.push(fact);
      });
    });
    expect(readAll(reader)).toEqual([]);
    expect(facts.length + dropped).toBe(FACTS);
    expect(facts.length).toBeGreaterThan(FACTS / 100);
    expect(wrong(facts)).toEqual([]);
  });

  test('a thread that is ended while it writes leaves whole facts, and the next one goes on in the same ring', async () => {
    const ring = FactsRingLayout.allocate(16 * 1024);
    const reader = new FactsReader(ring);
    for (let life = 1; life <= 10; life++) {
      const progress = new Int32Array(new SharedArrayBuffer(4));
      const thread = startThread('teller', { ring, facts: 0, endless: true, progress });
      const facts: Fact[] = [];
      await until(() => {
        for (const fact of readAll(reader)) facts.push(fact);
        return Atomics.load(progress, 0) > life * 200;
      });
      await Promise.all([once(thread, 'exit'), thread.terminate()]);
      for (const fact of readAll(reader)) facts.push(fact);
      expect(facts[0]?.at).toBe(0);
      expect(wrong(facts)).toEqual([]);
      reader.reset();
    }
  });
});
