import type { ClosedFact } from './facts.ts';

/** What every end tells: whose it is, when it was and why, and its trace. */
type Told =
  | 'at'
  | 'connection'
  | 'listener'
  | 'client'
  | 'local'
  | 'opened'
  | 'reason'
  | 'traceId'
  | 'spanId'
  | 'parentSpanId'
  | 'sampled';

/** The rest of an end of which nothing more is known. Copy it; its lists are shared. */
export const UNTOLD_END: Omit<ClosedFact, Told> = {
  kind: 'closed',
  peer: null,
  header: null,
  during: null,
  protocol: null,
  sni: null,
  clientTls: null,
  backendTls: null,
  error: null,
  refusal: null,
  route: null,
  pool: -1,
  backend: -1,
  attempts: [],
  queueMs: 0,
  bytesUp: 0,
  bytesDown: 0,
  undeliveredUp: 0,
  undeliveredDown: 0,
  firstByteMs: -1,
  pausedUpMs: 0,
  pausedDownMs: 0,
  clientTcp: null,
  backendTcp: null,
  visits: [],
};
