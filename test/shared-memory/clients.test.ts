import { describe, expect, test } from 'vitest';
import { CLIENTS_PER_BUCKET, ClientsLayout } from '../../src/core/places-layout.ts';
import { Clients, reapClients } from '../../src/shared-memory/clients.ts';
import { regionsFor, taken } from './state.ts';

describe('the table of clients', () => {
  test('counts a client over all shards and keeps clients and listeners apart', () => {
    const regions = regionsFor(2);
    const [a, b] = [new Clients(regions, 0), new Clients(regions, 1)];
    expect(a.take(0, 'x', 2)).toBeGreaterThan(0);
    expect(b.take(0, 'x', 2)).toBeGreaterThan(0);
    expect([a.take(0, 'x', 2), b.take(0, 'x', 2)]).toEqual([-1, -1]);
    expect(a.take(0, '', 1)).toBeGreaterThan(0);
    expect(a.take(1, 'x', 1)).toBeGreaterThan(0);
    b.give(b.find(0, 'x'));
    expect(b.find(0, 'x')).toBe(-1);
    expect(a.take(0, 'x', 2)).toBeGreaterThan(0);
    expect(taken(regions).clients).toBe(4);
  });

  test('a full bucket lets in those it knows and refuses the next, until one of them has left', () => {
    const regions = regionsFor(2, 1);
    const clients = new Clients(regions, 0);
    for (let number = 0; number < CLIENTS_PER_BUCKET; number++)
      expect(clients.take(0, `${number}`, 5)).toBeGreaterThan(0);
    expect(clients.take(0, 'one more', 5)).toBe(-1);
    expect(clients.take(0, '3', 5)).toBeGreaterThan(0);
    clients.give(clients.find(0, '5'));
    expect(clients.take(0, 'one more', 5)).toBeGreaterThan(0);
    expect(clients.find(0, '5')).toBe(-1);
  });

  test('spreads as many clients as its size says without refusing one', () => {
    const regions = regionsFor(1, 1000);
    const clients = new Clients(regions, 0);
    let refused = 0;
    for (let number = 0; number < 1000; number++)
      if (clients.take(0, `2001:db8::${number.toString(16)}`, 1) < 0) refused++;
    expect(refused).toBe(0);
  });

  test('refuses while a lock cannot be had, still gives back, and goes on once the dead owner is reaped', () => {
    const regions = regionsFor(3, 1);
    const [a, b] = [new Clients(regions, 0), new Clients(regions, 1)];
    expect(a.take(0, 'x', 5)).toBeGreaterThan(0);
    expect(b.take(0, 'x', 5)).toBeGreaterThan(0);
    const cells = new Int32Array(regions.clients);
    const lock = ClientsLayout.of(cells, 3).lock(0);
    cells[lock] = 2;
    expect(a.take(0, 'x', 5)).toBe(-1);
    a.give(a.find(0, 'x'));
    reapClients(regions, 2);
    expect(a.take(0, 'x', 5)).toBe(-1);
    reapClients(regions, 1);
    expect(taken(regions)).toMatchObject({ clients: 0, locks: 0 });
    expect(a.take(0, 'x', 1)).toBeGreaterThan(0);
  });
});
