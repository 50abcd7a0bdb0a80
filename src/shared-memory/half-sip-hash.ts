/** A seeded 64-bit hash in two signed halves. */
export interface Hash {
  low: number;
  high: number;
}

/**
 * HalfSipHash-2-4 with 64 bits of output, of a 32-bit number followed by a text in UTF-16, both little-endian. Whoever does
 * not know the seed cannot choose texts that fall together. Writes into `into` and makes no object.
 */
export function halfSipHash(
  seedLow: number,
  seedHigh: number,
  first: number,
  text: string,
  into: Hash,
): void {
  v0 = seedLow;
  v1 = seedHigh ^ 0xee;
  v2 = 0x6c796765 ^ seedLow;
  v3 = 0x74656462 ^ seedHigh;
  mix(first);
  const pairs = text.length & ~1;
  for (let i = 0; i < pairs; i += 2) mix(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
  const last = pairs < text.length ? text.charCodeAt(pairs) : 0;
  mix(((4 + text.length * 2) << 24) | last);
  v2 ^= 0xee;
  rounds(4);
  into.low = v1 ^ v3;
  v1 ^= 0xdd;
  rounds(4);
  into.high = v1 ^ v3;
}

let v0 = 0;
let v1 = 0;
let v2 = 0;
let v3 = 0;

function mix(word: number): void {
  v3 ^= word;
  rounds(2);
  v0 ^= word;
}

function rounds(count: number): void {
  let a = v0;
  let b = v1;
  let c = v2;
  let d = v3;
  for (let round = 0; round < count; round++) {
    a = (a + b) | 0;
    b = ((b << 5) | (b >>> 27)) ^ a;
    a = (a << 16) | (a >>> 16);
    c = (c + d) | 0;
    d = ((d << 8) | (d >>> 24)) ^ c;
    a = (a + d) | 0;
    d = ((d << 7) | (d >>> 25)) ^ a;
    c = (c + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ c;
    c = (c << 16) | (c >>> 16);
  }
  v0 = a;
  v1 = b;
  v2 = c;
  v3 = d;
}
