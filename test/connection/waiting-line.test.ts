import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WaitingLine } from '../../src/connection/waiting-line.ts';

interface Person {
  readonly order: number;
  readonly clientHost: string;
}

const CLIENTS = ['a', 'b', 'c'];

/** What may happen to a line; `which` picks one of those that it may happen to. */
const anyStep = fc.record({
  what: fc.constantFrom('add', 'hold', 'let in', 'leave', 'release', 'release all'),
  client: fc.constantFrom(...CLIENTS),
  which: fc.nat(),
});

describe('a line of those who wait', () => {
  test('is tried in order of arrival, without those of a client that has no place, and knows how many they are', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), (steps) => {
        const line = new WaitingLine<Person>();
        let all: Person[] = [];
        /** Clients that were refused and not released, and those of whom one is tried again. */
        const closed = new Set<string>();
        const retried = new Set<string>();
        const isFirst = (person: Person): boolean =>
          all.find(({ clientHost }) => clientHost === person.clientHost) === person;
        const tries = (): Person[] => {
          const isTried = (person: Person): boolean =>
            !closed.has(person.clientHost) || (retried.has(person.clientHost) && isFirst(person));
          return all.filter(isTried);
        };
        for (const [order, { what, client, which }] of steps.entries()) {
          const tried = tries();
          const chosen = tried[which % tried.length];
          if (what === 'add') {
            const person = { order, clientHost: client };
            all.push(person);
            line.add(person);
          } else if (what === 'hold') {
            // A client is refused by way of its first one that is tried.
            const first = tried.find(({ clientHost }) => clientHost === client);
            if (first === undefined) continue;
            line.hold(first);
            closed.add(client);
            retried.delete(client);
          } else if (what === 'let in' || what === 'leave') {
            const gone = what === 'let in' ? chosen : all[which % all.length];
            if (gone === undefined) continue;
            all = all.filter((person) => person !== gone);
            line.delete(gone);
          } else
            for (const host of what === 'release' ? [client] : CLIENTS) {
              if (closed.has(host)) retried.add(host);
              if (what === 'release') line.release(host);
            }
          if (what === 'release all') line.releaseAll();
          for (const host of CLIENTS) {
            if (all.some(({ clientHost }) => clientHost === host)) continue;
            closed.delete(host);
            retried.delete(host);
          }
          const expected = tries();
          const found = [...line.tries()];
          expect(byOrder(found)).toEqual(expected);
          expect(found.filter(({ clientHost }) => !closed.has(clientHost))).toEqual(
            expected.filter(({ clientHost }) => !closed.has(clientHost)),
          );
          expect([line.size, line.open]).toEqual([all.length, expected.length]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('tries those again first that were held before the others came', () => {
    const line = new WaitingLine<Person>();
    const people = ['a', 'b', 'a', 'c'].map((clientHost, order) => ({ order, clientHost }));
    for (const person of people) line.add(person);
    line.hold(people[0] as Person);
    expect([...line.tries()].map(({ order }) => order)).toEqual([1, 3]);
    line.release('a');
    expect([...line.tries()].map(({ order }) => order)).toEqual([0, 1, 3]);
    line.delete(people[0] as Person);
    expect([...line.tries()].map(({ order }) => order)).toEqual([2, 1, 3]);
  });
});

function byOrder(people: readonly Person[]): Person[] {
  return [...people].sort((a, b) => a.order - b.order);
}
