import type { Plan } from '../core/plan.ts';

/** Share of a trace id that decides about sampling: 13 hex digits, 52 bits, exact in a Number. */
const DECIDING_DIGITS = 13;
const DECISIONS = 16 ** DECIDING_DIGITS;
const ZERO = 48;
const LOWER_A = 97;

/** Trace ids made ahead from one draw of randomness. */
const BATCH = 256;
const ID_BYTES = 16;
const SPAN_ID_DIGITS = 16;

/** Fills a buffer with random bytes. */
export type FillRandom = (bytes: Uint8Array) => void;

/** Makes 16-byte trace ids (W3C Trace Context, section 3.2.2.3): random, never all zero. */
export class TraceIds {
  readonly #fill: FillRandom;
  readonly #batch = Buffer.alloc(BATCH * ID_BYTES);
  #next = BATCH;

  constructor(fill: FillRandom) {
    this.#fill = fill;
  }

  /** 32 lower-case hex digits. */
  next(): string {
    if (this.#next === BATCH) {
      this.#fill(this.#batch);
      this.#next = 0;
    }
    const at = this.#next++ * ID_BYTES;
    const id = this.#batch.toString('hex', at, at + ID_BYTES);
    return /^0+$/.test(id) ? this.next() : id;
  }

  /** A span's id: 16 lower-case hex digits, not all 0. */
  nextSpan(): string {
    const id = this.next().slice(SPAN_ID_DIGITS);
    return /^0+$/.test(id) ? this.nextSpan() : id;
  }
}

/** A number from 0 up to and without 1 that goes with a trace id, from other digits than those that decide about sampling. */
export function share(traceId: string): number {
  return numberAt(traceId, 0) / DECISIONS;
}

/** Whether a connection's trace is recorded: as the proxy in front of it has decided, else by its trace id. */
export function isRecorded({ parent, traceId, plan }: Traced): boolean {
  const { sample, followsParent } = plan.telemetry;
  return parent !== null && followsParent ? parent.sampled : isSampled(traceId, sample);
}

interface Traced {
  readonly traceId: string;
  readonly parent: { readonly sampled: boolean } | null;
  readonly plan: Pick<Plan, 'telemetry'>;
}

/** Whether a trace is recorded: decided by its id alone, so that every hop decides alike. `share` from 0 to 1. */
export function isSampled(traceId: string, share: number): boolean {
  if (share >= 1) return true;
  return numberAt(traceId, traceId.length - DECIDING_DIGITS) < share * DECISIONS;
}

/** What DECIDING_DIGITS lower-case hex digits mean, without a text of their own. */
function numberAt(text: string, from: number): number {
  let number = 0;
  for (let at = from; at < from + DECIDING_DIGITS; at++) {
    const code = text.charCodeAt(at);
    number = number * 16 + code - (code < LOWER_A ? ZERO : LOWER_A - 10);
  }
  return number;
}
