import type { Address } from './address.ts';

/** Where the id of a trace goes in `AdminPlan.traceUrl`. */
export const TRACE_ID_PLACE = '{trace_id}';

export interface AdminPlan {
  readonly listen: Address;
  /** Name of the variable of the environment that holds the token which writes need; null = none is needed. */
  readonly tokenEnv: string | null;
  /** Certificate and key in PEM; null = plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Where a trace can be looked at, with TRACE_ID_PLACE in it: http or https. null = traces are shown nowhere. */
  readonly traceUrl: string | null;
}

export interface ToxiproxyPlan {
  readonly listen: Address;
}
