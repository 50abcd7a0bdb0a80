/** 256 flags: which bytes are in the set. */
export type ByteSet = Uint8Array;

/** A regular expression over bytes. */
export type Regex =
  | { readonly kind: 'byte'; readonly set: ByteSet }
  | { readonly kind: 'sequence'; readonly of: readonly Regex[] }
  | { readonly kind: 'either'; readonly of: readonly Regex[] }
  /** At least `min` times, at most `max`, which is Infinity for any number. */
  | { readonly kind: 'repeat'; readonly of: Regex; readonly min: number; readonly max: number };

/** The bytes that a test holds for. */
export function byteSet(holds: (byte: number) => boolean): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}
