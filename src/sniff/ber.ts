/** An element of BER with a definite length. X.690, 8.1. */
export type Element =
  /** Its tag and length are not all there. */
  | { readonly kind: 'open' }
  /** Another tag, no definite length in at most four bytes, or more content than there is room for. */
  | { readonly kind: 'bad' }
  /** Its content is from `at` to before `end`, and need not be there yet. */
  | { readonly kind: 'whole'; readonly at: number; readonly end: number };

const OPEN: Element = { kind: 'open' };
const BAD: Element = { kind: 'bad' };
const LONG_FORM = 0x80;
const LENGTH_BYTES_MAX = 4;

/** The element at `from`, with one of the tags, which ends at `limit` or before. */
export function readElement(
  bytes: Uint8Array,
  from: number,
  limit: number,
  tags: readonly number[],
): Element {
  if (from + 2 > limit) return BAD;
  const tag = bytes[from];
  if (tag === undefined) return OPEN;
  if (!tags.includes(tag)) return BAD;
  const first = bytes[from + 1];
  if (first === undefined) return OPEN;
  if (first < LONG_FORM) return within(from + 2, first, limit);
  const lengthBytes = first - LONG_FORM;
  if (lengthBytes === 0 || lengthBytes > LENGTH_BYTES_MAX) return BAD;
  const at = from + 2 + lengthBytes;
  if (bytes.length < at) return OPEN;
  let length = 0;
  for (let i = from + 2; i < at; i++) length = length * 256 + (bytes[i] as number);
  return within(at, length, limit);
}

function within(at: number, length: number, limit: number): Element {
  return at + length > limit ? BAD : { kind: 'whole', at, end: at + length };
}
