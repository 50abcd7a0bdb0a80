import { describe, expect, it } from 'vitest';
import { FACTS_WAITING_MAX, FactQueue } from '../../src/core/fact-queue.ts';
import type { ClosedFact, ErrorFact, Fact } from '../../src/core/facts.ts';

/** A queue whose later turns are run by hand. */
function queue() {
  const turns: (() => void)[] = [];
  let dropped = 0;
  const facts = new FactQueue(
    (run) => turns.push(run),
    () => {
      dropped++;
    },
  );
  return {
    facts,
    turns,
    runTurns: () => {
      for (const turn of turns.splice(0)) turn();
    },
    dropped: () => dropped,
  };
}

function small(at: number): ErrorFact {
  return { kind: 'error', at, connection: null, traceId: null, message: '' };
}

function closed(at: number): ClosedFact {
  return { kind: 'closed', at } as ClosedFact;
}

describe('the fact queue', () => {
  it('hands over nothing in the call that emits, and everything in order in a later turn', () => {
    const { facts, runTurns } = queue();
    const seen: Fact[][] = [];
    facts.subscribe((batch) => seen.push([...batch]));
    for (let at = 0; at < 5; at++) facts.emit(small(at));
    expect(seen).toEqual([]);
    runTurns();
    expect(seen.map((batch) => batch.map(({ at }) => at))).toEqual([[0, 1, 2, 3, 4]]);
  });

  it('asks for one turn for many facts, and for another only when there are more', () => {
    const { facts, turns, runTurns } = queue();
    facts.emit(small(0));
    facts.emit(small(1));
    expect(turns).toHaveLength(1);
    runTurns();
    expect(turns).toHaveLength(0);
    facts.emit(small(2));
    expect(turns).toHaveLength(1);
  });

  it('hands every reader every fact', () => {
    const { facts, runTurns } = queue();
    const seen: [number, number][] = [];
    for (const reader of [1, 2]) {
      facts.subscribe((batch) => {
        for (const { at } of batch) seen.push([reader, at]);
      });
    }
    facts.emit(small(7));
    runTurns();
    expect(seen).toEqual([
      [1, 7],
      [2, 7],
    ]);
  });

  it('flush hands over at once and leaves nothing for the turn it asked for', () => {
    const { facts, runTurns } = queue();
    let batches = 0;
    facts.subscribe(() => batches++);
    facts.emit(small(0));
    facts.flush();
    expect(batches).toBe(1);
    runTurns();
    facts.flush();
    expect(batches).toBe(1);
  });

  it('a fact emitted by a reader comes in the next batch', () => {
    const { facts, runTurns } = queue();
    const seen: number[] = [];
    facts.subscribe((batch) => {
      for (const { at } of batch) {
        seen.push(at);
        if (at === 0) facts.emit(small(1));
      }
    });
    facts.emit(small(0));
    runTurns();
    expect(seen).toEqual([0]);
    runTurns();
    expect(seen).toEqual([0, 1]);
  });

  it('when full, drops and counts; closed facts have room of their own and are the last to be lost', () => {
    const { facts, runTurns, dropped } = queue();
    const seen: Fact[] = [];
    facts.subscribe((batch) => {
      for (const fact of batch) seen.push(fact);
    });
    for (let at = 0; at < FACTS_WAITING_MAX; at++) facts.emit(small(at));
    const lost = dropped();
    expect(lost).toBeGreaterThan(0);
    for (let at = 0; at < lost; at++) facts.emit(closed(at));
    expect(dropped()).toBe(lost);
    facts.emit(closed(lost));
    facts.emit(small(0));
    expect(dropped()).toBe(lost + 2);
    runTurns();
    expect(seen).toHaveLength(FACTS_WAITING_MAX);
    expect(seen.filter(({ kind }) => kind === 'closed')).toHaveLength(lost);
    expect(seen.length + dropped()).toBe(FACTS_WAITING_MAX + lost + 2);
    facts.emit(small(1));
    expect(dropped()).toBe(lost + 2);
  });
});
