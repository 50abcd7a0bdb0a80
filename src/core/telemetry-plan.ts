import type { Address } from './address.ts';
import type { Cidr } from './cidr.ts';
import type { CloseReason } from './close-reason.ts';

/** What is told to the outside. */
export interface TelemetryPlan {
  /** Base URL of an OTLP/HTTP receiver; null = no export and no exporter. */
  readonly otlp: string | null;
  /** Share of connections that are traced, 0 to 1. */
  readonly sample: number;
  /** Whether what the proxy in front has decided about a trace holds, whatever `sample` says. */
  readonly followsParent: boolean;
  /** Rules by which connections that are not sampled have a trace all the same; null = none. */
  readonly also: TraceRulesPlan | null;
  /** From one partial span of an open sampled connection to the next; 0 = none is made. */
  readonly heartbeatMs: number;
  /** Where the Prometheus page is served; null = nowhere. */
  readonly prometheus: Address | null;
  readonly accessLog: { readonly to: 'stdout' | 'stderr' | 'off' };
}

/** Decided when a connection has ended, by what is known of it then. Times are in milliseconds; 0 = no such rule. */
export interface TraceRulesPlan {
  /** Those whose end was not clean. */
  readonly failed: boolean;
  /** Those that took longer from accept to the relay, or to their end where none began. */
  readonly setupOverMs: number;
  /** Those whose backend took longer, from the relay on, to send its first byte. */
  readonly firstByteOverMs: number;
  /** Those that were open for longer. */
  readonly lastedOverMs: number;
  /** Those that any of these fits. */
  readonly matches: readonly TraceMatchPlan[];
  /** Traces that all rules together add in a second at most. */
  readonly perSecond: number;
}

/** All that is given has to hold; null = any. Of a list one value has to. */
export interface TraceMatchPlan {
  readonly listeners: readonly string[] | null;
  readonly pools: readonly string[] | null;
  readonly reasons: readonly CloseReason[] | null;
  readonly protocols: readonly string[] | null;
  readonly clients: readonly Cidr[] | null;
}
