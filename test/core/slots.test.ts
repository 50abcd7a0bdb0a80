import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdIndex } from '../../src/core/id-index.ts';
import { Slots, type Slotted } from '../../src/core/slots.ts';

describe('slots', () => {
  it('hold what a Set holds, whatever comes and goes', () => {
    const things = Array.from({ length: 12 }, (): Slotted => ({ slot: -1 }));
    const step = fc.record({ isAdded: fc.boolean(), which: fc.nat({ max: things.length - 1 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const slots = new Slots<Slotted>();
        const naive = new Set<Slotted>();
        for (const { isAdded, which } of steps) {
          const thing = things[which] as Slotted;
          if (isAdded) {
            slots.add(thing);
            naive.add(thing);
          } else expect(slots.delete(thing)).toBe(naive.delete(thing));
          expect(slots.size).toBe(naive.size);
          expect(new Set(slots)).toEqual(naive);
          for (const one of things) expect(slots.has(one)).toBe(naive.has(one));
          for (const one of naive) expect(slots.at(one.slot)).toBe(one);
        }
        for (const thing of things) slots.delete(thing);
      }),
    );
  });

  it('use a place again, so that no more are made than were taken at once', () => {
    const slots = new Slots<Slotted>();
    for (let round = 0; round < 100; round++) {
      const pair = [{ slot: -1 }, { slot: -1 }];
      for (const thing of pair) slots.add(thing);
      expect(pair.map(({ slot }) => slot).sort()).toEqual([0, 1]);
      for (const thing of pair) slots.delete(thing);
    }
  });

  it('show who stays once, whoever comes and goes while they are gone through', () => {
    const slots = new Slots<Slotted>();
    const things = Array.from({ length: 9 }, (): Slotted => ({ slot: -1 }));
    for (const thing of things) slots.add(thing);
    const seen: Slotted[] = [];
    for (const thing of slots) {
      if (seen.length < 3) {
        slots.delete(things[8 - seen.length] as Slotted);
        slots.add({ slot: -1 });
      }
      seen.push(thing);
    }
    for (const thing of things.slice(0, 6)) expect(seen.filter((one) => one === thing)).toHaveLength(1);
  });
});

describe('the index of ids', () => {
  it('knows what a Map knows, for ids that are close together and far apart', () => {
    const id = fc.oneof(
      fc.nat({ max: 40 }),
      fc.nat({ max: 40 }).map((low) => low * 128),
      fc.nat({ max: 40 }).map((low) => 2 ** 47 + low),
      fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1),
    );
    const step = fc.record({ isSet: fc.boolean(), id, number: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const index = new IdIndex();
        const naive = new Map<number, number>();
        for (const { isSet, id, number } of steps) {
          if (isSet) {
            index.set(id, number);
            naive.set(id, number);
          } else {
            index.delete(id);
            naive.delete(id);
          }
        }
        expect(index.size).toBe(naive.size);
        for (const { id } of steps) expect(index.get(id)).toBe(naive.get(id) ?? -1);
      }),
    );
  });

  it('grows, and forgets one by one what it had', () => {
    const index = new IdIndex();
    for (let id = 0; id < 5000; id++) index.set(id, 2 * id);
    for (let id = 0; id < 5000; id += 2) index.delete(id);
    for (let id = 0; id < 5000; id++) expect(index.get(id)).toBe(id % 2 === 0 ? -1 : 2 * id);
    expect(index.size).toBe(2500);
  });
});
