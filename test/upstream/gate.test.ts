import { describe, expect, it } from 'vitest';
import { Gate, type Guest } from '../../src/upstream/gate.ts';

/** A gate of two places, and guests that note their names when they are let in. */
function open() {
  const gate = new Gate(2);
  const entered: string[] = [];
  const guest = (name: string): Guest => ({ begin: () => entered.push(name) });
  return { gate, entered, guests: ['a', 'b', 'c', 'd'].map(guest) as [Guest, Guest, Guest, Guest] };
}

describe('the gate', () => {
  it('lets in as many as it has places, and the others in order as places come free', () => {
    const { gate, entered, guests } = open();
    for (const guest of guests) gate.enter(guest);
    expect(entered).toEqual(['a', 'b']);
    gate.leave(guests[1]);
    expect(entered).toEqual(['a', 'b', 'c']);
    gate.leave(guests[0]);
    expect(entered).toEqual(['a', 'b', 'c', 'd']);
  });

  it('passes over a guest that gave up waiting', () => {
    const { gate, entered, guests } = open();
    for (const guest of guests) gate.enter(guest);
    gate.leave(guests[2]);
    gate.leave(guests[0]);
    expect(entered).toEqual(['a', 'b', 'd']);
  });

  it('gives one place for one guest, however often it enters or leaves', () => {
    const { gate, entered, guests } = open();
    gate.enter(guests[0]);
    gate.enter(guests[0]);
    gate.leave(guests[3]);
    gate.enter(guests[1]);
    gate.leave(guests[1]);
    gate.leave(guests[1]);
    gate.enter(guests[2]);
    gate.enter(guests[3]);
    expect(entered).toEqual(['a', 'b', 'c']);
  });

  it('does not nest, however many guests leave as soon as they are in', () => {
    const gate = new Gate(1);
    const holder: Guest = { begin: () => {} };
    let passed = 0;
    gate.enter(holder);
    for (let n = 0; n < 50_000; n++) {
      const guest: Guest = {
        begin: () => {
          passed++;
          gate.leave(guest);
        },
      };
      gate.enter(guest);
    }
    gate.leave(holder);
    expect(passed).toBe(50_000);
  });
});
