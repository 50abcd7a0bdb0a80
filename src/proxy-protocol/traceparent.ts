import type { Traceparent } from '../core/proxy-header.ts';

const FORM = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads `00-<trace id>-<span id>-<flags>`, in lower-case hex; null where it is anything else. W3C Trace Context, 3.2. */
export function traceparentOf(text: string): Traceparent | null {
  const [, traceId, spanId, flags] = FORM.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/** The text that `traceparentOf` reads back, 55 characters. */
export function formatTraceparent({ traceId, spanId, flags }: Traceparent): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
}
