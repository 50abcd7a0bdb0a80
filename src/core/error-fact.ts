import type { ErrorFact } from './facts.ts';

/** What was thrown, as text: with its stack where it has one. */
export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What was thrown, in words: without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A defect outside of any connection, told now. `at` in milliseconds since 1970. */
export function errorFact(error: unknown, at: number): ErrorFact {
  return { kind: 'error', at, connection: null, traceId: null, message: textOf(error) };
}
