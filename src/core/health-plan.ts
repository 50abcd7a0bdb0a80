import type { ConnectTlsPlan } from './tls.ts';

/** How the backends of a pool are probed. */
export interface HealthPlan {
  /** From one probe of a backend to the next, while results agree with what is known. */
  readonly intervalMs: number;
  /** Instead of it while a result contradicts what is known, until `rise` or `fall` decides. */
  readonly fastIntervalMs: number;
  /** Instead of it while a backend is unhealthy and no result contradicts that. */
  readonly downIntervalMs: number;
  /** Part of an interval, 0 to 1, by which each is made shorter or longer at random; 0 = not at all. */
  readonly jitterShare: number;
  /** Of a whole probe: connection, TLS and all its steps. */
  readonly timeoutMs: number;
  /** Passed probes in a row that make an unhealthy backend healthy. */
  readonly rise: number;
  /** Failed probes in a row that make a healthy backend unhealthy. */
  readonly fall: number;
  /** Host that is probed instead of the backend's; null = the backend's. */
  readonly host: string | null;
  /** Port that is probed instead of the backend's; null = the backend's. */
  readonly port: number | null;
  /** Version of the PROXY header sent first, LOCAL or UNKNOWN since no client stands behind a probe; 0 = none. */
  readonly proxyHeader: 0 | 1 | 2;
  /** null = the probe is made in plain text. */
  readonly tls: ProbeTlsPlan | null;
  readonly probe: ProbePlan;
}

export interface ProbeTlsPlan {
  /** `serverName` is never `client`, and `alpn` never `pass`: nobody asks through a probe. */
  readonly session: ConnectTlsPlan;
  /** A certificate that ends within this time is told of or fails the probe; 0 = the end is not looked at. */
  readonly expiresWithinMs: number;
  readonly onExpiry: 'unhealthy' | 'warn';
}

/** What is sent and awaited once the connection stands. Texts are sent and compared in UTF-8. */
export type ProbePlan =
  /** The connection, with TLS where there is any, is all that is asked for. */
  | { readonly kind: 'tcp' }
  | HttpProbePlan
  | { readonly kind: 'script'; readonly steps: readonly ScriptStepPlan[] }
  | { readonly kind: 'redis' }
  | { readonly kind: 'postgres'; readonly user: string; readonly database: string }
  | { readonly kind: 'mysql'; readonly user: string }
  /** `helo`: the name given to EHLO. */
  | { readonly kind: 'smtp'; readonly helo: string }
  /** `send` goes first; '' = nothing. */
  | { readonly kind: 'agent'; readonly send: string };

export type ProbeKind = ProbePlan['kind'];

export interface HttpProbePlan {
  readonly kind: 'http';
  readonly method: string;
  readonly path: string;
  /** The Host header; null = the server name of TLS, else where the backend is. */
  readonly host: string | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Codes that pass, both ends included. */
  readonly status: readonly { readonly from: number; readonly to: number }[];
  /** What the body must have somewhere; null = it is not read. */
  readonly body: PatternPlan | null;
}

/** A regular expression has the syntax of `src/core/regex/parse.ts` and holds anywhere, unless it begins with `^`. */
export type PatternPlan = { readonly text: string } | { readonly hex: string } | { readonly regex: string };

/** First it sends, then it awaits; null = it does not. Not both are null. */
export interface ScriptStepPlan {
  readonly send: Exclude<PatternPlan, { readonly regex: string }> | null;
  readonly expect: PatternPlan | null;
}
