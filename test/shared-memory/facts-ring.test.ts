import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/core/byte-writer.ts';
import { encodeFact, FACT_BYTES_MAX } from '../../src/core/fact-codec.ts';
import type { ErrorFact, Fact } from '../../src/core/facts.ts';
import { FactsRingLayout, RECORD_HEADER_BYTES } from '../../src/core/facts-ring.ts';
import { FactsReader, FactsWriter } from '../../src/shared-memory/index.ts';
import { closedFact, enteredFact, errorFact } from '../core/facts.ts';
import { interruptAtWrite } from './interrupting.ts';

/** A ring with both its ends, whose positions begin at `from`. */
function ringOf(bytes = 1024, from = 0) {
  const memory = FactsRingLayout.allocate(bytes);
  const { words, records } = new FactsRingLayout(memory);
  words[FactsRingLayout.HEAD] = from;
  words[FactsRingLayout.TAIL] = from;
  const told = { dropped: 0, woken: 0 };
  const writer = new FactsWriter(
    memory,
    () => told.dropped++,
    () => told.woken++,
  );
  return { memory, words, records, writer, reader: new FactsReader(memory), told };
}

function sizeOf(fact: Fact): number {
  return (
    RECORD_HEADER_BYTES + encodeFact(fact, new ByteWriter(new Uint8Array(FACT_BYTES_MAX)), 0, FACT_BYTES_MAX)
  );
}

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ write: fc.constantFrom('error', 'closed'), size: fc.nat({ max: 500 }) }),
  },
  { weight: 1, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 6 }) }) },
);

describe('a ring of facts', () => {
  test('keeps order and loses what does not fit and nothing else, wherever its positions wrap', () => {
    const from = fc.constantFrom(0, 1, 1020, 2 ** 31 - 300, -300, 2 ** 31 - 1, -1);
    fc.assert(
      fc.property(from, fc.array(step, { maxLength: 120 }), (from, steps) => {
        const { writer, reader, told } = ringOf(1024, from);
        const waiting: Fact[] = [];
        let [used, dropped] = [0, 0];
        for (const [number, step] of steps.entries()) {
          if ('read' in step) {
            const read = reader.read(step.read);
            expect(read).toEqual(waiting.splice(0, step.read));
            for (const fact of read) used -= sizeOf(fact);
          } else {
            const text = `${number}${'x'.repeat(step.size)}`;
            const fact = step.write === 'error' ? errorFact(text) : closedFact({ sni: text });
            const size = sizeOf(fact);
            writer.write(fact);
            if (used + size > (step.write === 'error' ? 768 : 1024)) dropped++;
            else {
              waiting.push(fact);
              used += size;
            }
          }
          expect(told.dropped).toBe(dropped);
        }
        expect(reader.read(1000)).toEqual(waiting);
      }),
      { numRuns: 300 },
    );
  });

  test('has room for closed facts when it has none for others', () => {
    const { writer, reader, told } = ringOf(4096);
    for (let number = 0; number < 1000; number++) writer.write(enteredFact(number));
    const dropped = told.dropped;
    expect(dropped).toBeGreaterThan(0);
    writer.write(closedFact());
    writer.write(closedFact());
    expect(told.dropped).toBe(dropped);
    const facts = reader.read(2000);
    expect(facts).toHaveLength(1000 - dropped + 2);
    expect(facts.slice(-2).map(({ kind }) => kind)).toEqual(['closed', 'closed']);
  });

  test('a fact larger than the ring is dropped and counted, and so is one that is none', () => {
    const { writer, reader, told } = ringOf(1024);
    writer.write(errorFact('x'.repeat(2000)));
    writer.write({ kind: 'entered', at: 1, connection: 1, listener: 0, state: 'nowhere' } as never);
    writer.write({ kind: 'closed' } as never);
    expect(told.dropped).toBe(3);
    expect(reader.read(10)).toEqual([]);
    writer.write(enteredFact(1));
    expect(reader.read(10)).toEqual([enteredFact(1)]);
  });
});

describe('waking control', () => {
  test('happens once until it reads, and again with the first fact after that', () => {
    const { writer, reader, told } = ringOf();
    writer.write(enteredFact(1));
    writer.write(enteredFact(2));
    expect(told.woken).toBe(1);
    expect(reader.read(10)).toHaveLength(2);
    writer.write(enteredFact(3));
    writer.write(enteredFact(4));
    expect(told.woken).toBe(2);
  });

  test('happens though control read only a part', () => {
    const { writer, reader, told } = ringOf();
    for (const number of [1, 2, 3]) writer.write(enteredFact(number));
    expect(reader.read(2)).toHaveLength(2);
    writer.write(enteredFact(4));
    expect(told.woken).toBe(2);
    expect(reader.read(2)).toEqual([enteredFact(3), enteredFact(4)]);
  });

  test('does not happen for a fact that is dropped', () => {
    const { writer, told } = ringOf();
    writer.write(errorFact('x'.repeat(2000)));
    expect(told).toEqual({ dropped: 1, woken: 0 });
  });

  test.each(['before', 'after'] as const)(
    'is not missed where a fact is written while control reads, %s any write of its own',
    (when) => {
      let interrupted = 0;
      for (let write = 1; ; write++) {
        const { writer, reader, told } = ringOf();
        writer.write(enteredFact(1));
        const before = told.woken;
        let facts: Fact[] = [];
        const interrupt = (): void => writer.write(enteredFact(2));
        const act = (): void => {
          facts = reader.read(10);
        };
        if (!interruptAtWrite(write, when, interrupt, act)) break;
        interrupted++;
        expect(facts.length === 2 || told.woken > before).toBe(true);
        expect([...facts, ...reader.read(10)]).toEqual([enteredFact(1), enteredFact(2)]);
      }
      expect(interrupted).toBeGreaterThan(1);
    },
  );

  test.each(['before', 'after'] as const)(
    'is not missed where control reads while a fact is written, %s any write of its own',
    (when) => {
      let interrupted = 0;
      for (let write = 1; ; write++) {
        const { writer, reader, told } = ringOf();
        const facts: Fact[] = [];
        const interrupt = (): void => {
          facts.push(...reader.read(10));
        };
        const act = (): void => writer.write(enteredFact(1));
        if (!interruptAtWrite(write, when, interrupt, act)) break;
        interrupted++;
        expect(facts.length === 1 || told.woken > 0).toBe(true);
        expect([...facts, ...reader.read(10)]).toEqual([enteredFact(1)]);
      }
      expect(interrupted).toBeGreaterThan(1);
    },
  );
});

describe('a writer that died', () => {
  test('in the middle of a record leaves nothing to be seen of it, and its successor goes on after a reset', () => {
    const { memory, writer, reader, records } = ringOf();
    writer.write(enteredFact(1));
    const size = sizeOf(enteredFact(1));
    records.fill(0xff, size, size + 100);
    expect(reader.read(10)).toEqual([enteredFact(1)]);
    expect(reader.read(10)).toEqual([]);
    reader.reset();
    let woken = 0;
    const next = new FactsWriter(
      memory,
      () => {},
      () => woken++,
    );
    next.write(enteredFact(2));
    expect(woken).toBe(1);
    expect(reader.read(10)).toEqual([enteredFact(2)]);
  });

  test('before it could wake control does not keep its successor from waking it', () => {
    const { memory, writer, reader } = ringOf();
    writer.write(enteredFact(1));
    reader.reset();
    let woken = 0;
    new FactsWriter(
      memory,
      () => {},
      () => woken++,
    ).write(enteredFact(2));
    expect(woken).toBe(1);
  });
});

describe('a ring that is damaged', () => {
  test('tells of a record that is none, and reads the one after it', () => {
    const { writer, reader, records } = ringOf();
    writer.write(enteredFact(1));
    writer.write(enteredFact(2));
    records[RECORD_HEADER_BYTES] = 200;
    const [first, second, ...more] = reader.read(10);
    expect((first as ErrorFact).message).toMatch(/^facts of a shard were lost in its ring: damaged at byte/);
    expect([second, more]).toEqual([enteredFact(2), []]);
  });

  test.each([0xffffffff, FACT_BYTES_MAX + 1, 1000])(
    'tells of a length of %d and begins anew behind it',
    (length) => {
      const { memory, writer, reader, records } = ringOf();
      writer.write(enteredFact(1));
      writer.write(enteredFact(2));
      new DataView(memory, records.byteOffset).setUint32(0, length, true);
      const facts = reader.read(10);
      expect(facts).toHaveLength(1);
      expect((facts[0] as ErrorFact).message).toContain(`a record of ${length} bytes, `);
      writer.write(enteredFact(3));
      expect(reader.read(10)).toEqual([enteredFact(3)]);
    },
  );
});
