import { describe, expect, it } from 'vitest';
import { AddressBook } from '../../src/names/index.ts';

const ADDRESS = { kind: 'tcp', host: 'App.test', port: 80 } as const;
const hosts = (book: AddressBook, turn = 0, resolve: 'both' | 'ipv4' | 'ipv6' = 'both') =>
  book.of({ address: ADDRESS, resolve }, turn).map((one) => (one.kind === 'tcp' ? one.host : one.path));

describe('an address book', () => {
  it('has what stands for itself without being told: IP addresses and paths', () => {
    const book = new AddressBook();
    for (const address of [
      { kind: 'tcp', host: '::1', port: 80 },
      { kind: 'unix', path: '/run/x' },
    ] as const)
      expect(book.of({ address, resolve: 'both' }, 0)).toEqual([address]);
    expect(hosts(book)).toEqual([]);
  });

  it('gives IPv6 and IPv4 by turns, begins elsewhere for each turn, and leaves out a family that is not wanted', () => {
    const book = new AddressBook();
    book.take({ 'app.test': ['10.0.0.1', '10.0.0.2', '10.0.0.3', '::1', '::2'] });
    expect(hosts(book)).toEqual(['::1', '10.0.0.1', '::2', '10.0.0.2', '10.0.0.3']);
    expect(hosts(book, 0.5)).toEqual(['::2', '10.0.0.2', '::1', '10.0.0.3', '10.0.0.1']);
    expect(hosts(book, 0, 'ipv4')).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(hosts(book, 0, 'ipv6')).toEqual(['::1', '::2']);
  });

  it('forgets a name that is taken away, and gives the same object for the same address', () => {
    const book = new AddressBook();
    book.take({ 'app.test': ['10.0.0.1'] });
    const [first] = book.of({ address: ADDRESS, resolve: 'both' }, 0);
    book.take({ 'app.test': ['10.0.0.1', '10.0.0.2'] });
    expect(book.of({ address: ADDRESS, resolve: 'both' }, 0)[0]).toBe(first);
    book.take({ 'app.test': null });
    expect(hosts(book)).toEqual([]);
  });
});
