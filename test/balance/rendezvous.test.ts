import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, createPolicyState } from '../../src/balance/index.ts';
import { rendezvous } from '../../src/balance/rendezvous.ts';
import { hashText, mixHashes } from '../../src/core/hash.ts';
import { drawOf, histogram, weighted } from './candidates.ts';

const STATE = createPolicyState(0);
const CLIENTS = Array.from({ length: 20_000 }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);

const ipHash = (candidates: readonly Candidate[], client: string) =>
  rendezvous(candidates, STATE, drawOf(client));

describe('ip_hash', () => {
  it('sends a client to the same backend, whatever its port and however its address is written', () => {
    const candidates = weighted(1, 1, 1, 1, 1, 1, 1, 1);
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (ip, port) => {
        const backend = ipHash(candidates, ip);
        expect(ipHash(candidates, `${ip}:${port}`)).toBe(backend);
        expect(ipHash(candidates, `::ffff:${ip}`)).toBe(backend);
        expect(ipHash(candidates, `[::ffff:${ip}]:${port}`)).toBe(backend);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 65_535 }), (ip, port) => {
        expect(ipHash(candidates, `[${ip}]:${port}`)).toBe(ipHash(candidates, ip));
      }),
    );
  });

  it('tells IPv6 clients of one network apart', () => {
    const candidates = weighted(1, 1, 1, 1);
    const clients = Array.from({ length: 4000 }, (_, n) => `2001:db8::${n.toString(16)}`);
    const counts = histogram(
      clients.map((client) => ipHash(candidates, client)),
      4,
    );
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });

  it('shares clients in proportion to weights', () => {
    const weights = [1, 2, 5];
    const picks = CLIENTS.map((client) => ipHash(weighted(...weights), client));
    for (const [place, count] of histogram(picks, 3).entries()) {
      expect(count / CLIENTS.length / ((weights[place] ?? 0) / 8)).toBeCloseTo(1, 1);
    }
  });

  it.each([2, 3, 5, 10])('moves only the clients of the one of %i that is lost, to all others', (count) => {
    const all = weighted(...Array.from({ length: count }, (_, place) => 1 + (place % 3)));
    const clients = CLIENTS.slice(0, 4000);
    const before = clients.map((client) => ipHash(all, client));
    for (const lost of all.keys()) {
      const left = all.filter(({ place }) => place !== lost);
      const heirs = new Set<number>();
      for (const [n, client] of clients.entries()) {
        const after = left[ipHash(left, client)]?.place ?? -1;
        if (before[n] === lost) heirs.add(after);
        else expect(after).toBe(before[n]);
      }
      expect(heirs.size).toBe(count - 1);
    }
  });

  it('keeps a client where it was when rows and places move', () => {
    const before = weighted(1, 1, 1, 1);
    const after = [...before].reverse().map((candidate, place) => ({ ...candidate, place, row: place + 7 }));
    for (const client of CLIENTS.slice(0, 500)) {
      expect(after[ipHash(after, client)]?.seed).toBe(before[ipHash(before, client)]?.seed);
    }
  });
});

describe('hashes', () => {
  it('are FNV-1a for texts', () => {
    expect(hashText('')).toBe(0x811c9dc5);
    expect(hashText('a')).toBe(0xe40c292c);
    expect(hashText('foobar')).toBe(0xbf9cf968);
    expect(hashText('xfoobary', 1, 7)).toBe(hashText('foobar'));
  });

  it('change in about half their bits when one bit of either half of a mix changes', () => {
    let flipped = 0;
    const samples = 32 * 64;
    for (let n = 0; n < samples; n++) {
      const [a, b] = [Math.imul(n, 2_654_435_761), Math.imul(n, 40_503)];
      let different = mixHashes(a, b) ^ mixHashes(a ^ (1 << (n % 32)), b);
      for (; different !== 0; different &= different - 1) flipped++;
    }
    expect(flipped / samples).toBeGreaterThan(15);
    expect(flipped / samples).toBeLessThan(17);
  });
});
