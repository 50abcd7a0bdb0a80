import type { CaughtStream } from '../../capture/index.ts';
import type { Difference } from './comparison.ts';

/** How an answer ended: `open` where it had not when the replay was over. */
export type AnswerEnd = 'fin' | 'reset' | 'open' | 'timed-out' | 'not-connected';

/** What became of one captured connection. */
export interface StreamResult {
  /** Its place in the file, from 1. */
  readonly number: number;
  readonly stream: CaughtStream;
  readonly outcome: 'equal' | 'different' | 'left-out';
  /** Why it was left out, could not connect, or was given up; empty where the figures say it all. */
  readonly why: string;
  readonly difference: Difference | null;
  /** Bytes that were sent again. */
  readonly sent: number;
  /** Bytes of the answer. */
  readonly came: number;
  readonly end: AnswerEnd;
  /** From what the client did last to the first byte of the answer, milliseconds; null where none came. */
  readonly firstByteMs: Timing;
  /** From the beginning to the last thing that happened, milliseconds. */
  readonly durationMs: Timing;
}

/** A time in the capture, and now. */
export interface Timing {
  readonly captured: number | null;
  readonly now: number | null;
}

/** The times of a captured connection. */
export function capturedTimes({ at, up, down }: CaughtStream): {
  firstByteMs: number | null;
  durationMs: number;
} {
  const first = down.acts.find(({ kind }) => kind === 'data');
  const asked = up.acts.findLast((act) => first !== undefined && act.at <= first.at)?.at ?? at;
  const last = Math.max(at, up.acts.at(-1)?.at ?? at, down.acts.at(-1)?.at ?? at);
  return { firstByteMs: first === undefined ? null : Math.max(0, first.at - asked), durationMs: last - at };
}

/** One that was not replayed. */
export function leftOut(stream: CaughtStream, number: number, why: string): StreamResult {
  const times = capturedTimes(stream);
  return {
    ...{ number, stream, outcome: 'left-out', why, difference: null, sent: 0, came: 0, end: 'open' },
    firstByteMs: { captured: times.firstByteMs, now: null },
    durationMs: { captured: times.durationMs, now: null },
  };
}
