import type { Address } from '../core/address.ts';
import type { AgentWords } from '../core/agent.ts';
import type { ProbeTlsPlan } from '../core/health-plan.ts';
import type { Plane } from '../core/ports.ts';
import type { TlsSessions } from '../core/tls.ts';
import type { Script } from '../probe/index.ts';

/** What one probe found. `impossible`: this machine could not make it, which says nothing of the backend. */
export type ProbeResult =
  | {
      readonly kind: 'passed';
      readonly ms: number;
      /** What the backend did: `connected`, `answered "+PONG"`. */
      readonly said: string;
      /** What should be looked after although the probe passed; null = nothing. */
      readonly warning: string | null;
      /** null = it was no agent that was asked. */
      readonly agent: AgentWords | null;
    }
  | { readonly kind: 'failed'; readonly cause: string }
  | { readonly kind: 'impossible'; readonly cause: string };

/** What probes are made with. */
export interface ProbeMeans {
  readonly plane: Plane;
  readonly tls: TlsSessions;
  /** Wall time in milliseconds since 1970, by which certificates end. */
  readonly now: () => number;
}

/** What is probed. */
export interface ProbeSubject {
  /** As it is configured: a name stays one, for TLS. */
  readonly address: Address;
  /** Where that is now, asked before each probe, or why nobody knows; absent = the address itself. */
  readonly addresses?: () => readonly Address[] | string;
  /** As `ConnectPlan.attemptDelayMs`; of no meaning to a single address. */
  readonly attemptDelayMs?: number;
  /** As `ConnectPlan.source`: a probe goes the way that clients go. Of `client`, null. */
  readonly source: string | null;
  /** Of the whole probe. */
  readonly timeoutMs: number;
  /** The PROXY header that goes first; empty = none. */
  readonly header: Uint8Array;
  readonly tls: ProbeTls | null;
  readonly script: Script;
}

export interface ProbeTls extends ProbeTlsPlan {
  /** null = none is sent; what is checked then is the address. */
  readonly serverName: string | null;
}

/** What becomes of a probe. Nothing is called after `cancel`. */
export interface ProbeHandler {
  /** Exactly once, perhaps before `probe` returns. */
  result(result: ProbeResult): void;
  /** The socket is closed, or there was none: after `result`, exactly once. */
  gone(): void;
  /** Something threw; the socket was ended by RST. Nothing is called afterwards. */
  crashed(error: unknown): void;
}
