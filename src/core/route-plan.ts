import type { Cidr } from './cidr.ts';
import type { Protocol } from './sniffed.ts';
import type { StagePlan } from './stage-plan.ts';

export interface RoutePlan {
  readonly index: number;
  /** Name in metrics and logs: the config's `name`, else `<listener>/<index from 0>`. */
  readonly name: string;
  /** All keys must hold; within a key any one. null = the default route. */
  readonly match: RouteMatch | null;
  readonly action: RouteAction;
  /** TLS of connections of this route is passed through, though the listener could terminate it. */
  readonly tlsPassthrough: boolean;
  /** In the queue of a pool, connections of a lower number come first: -`QUEUE_PRIORITY_MAX` to `QUEUE_PRIORITY_MAX`. */
  readonly priority: number;
  /** The listener's stages, then the route's. */
  readonly stages: readonly StagePlan[];
}

export type RouteAction =
  | { readonly kind: 'pool'; readonly pool: number }
  | {
      readonly kind: 'split';
      readonly of: readonly { readonly pool: number; readonly weight: number }[];
      /** The client's address decides, so that a client stays with its pool as long as the weights do. */
      readonly sticky: boolean;
    }
  | { readonly kind: 'reject'; readonly how: 'reset' | 'close' }
  /** The TLS alert `unrecognized_name` to a client that speaks TLS, then FIN. RFC 6066, 3. */
  | { readonly kind: 'reject'; readonly how: 'tls_alert' }
  /** These bytes (base64), then FIN. */
  | { readonly kind: 'reject'; readonly how: 'answer'; readonly bytes: string }
  /** Sends back what comes. */
  | { readonly kind: 'echo' }
  /** Takes what comes and answers nothing. */
  | { readonly kind: 'discard' };

/** All keys that are there must hold; within a list any one value. An empty list holds for nobody. */
export interface RouteMatch {
  readonly protocol?: readonly Protocol[];
  /** Lower case, in ASCII, without a trailing dot; `*.x` matches one label, `**.x` one or more, `/…/` is a regular expression. */
  readonly sni?: readonly string[];
  readonly alpn?: readonly string[];
  /** The Host of an HTTP/1 request; patterns as for `sni`. */
  readonly host?: readonly string[];
  readonly postgresUser?: readonly string[];
  readonly postgresDatabase?: readonly string[];
  readonly mqttClientId?: readonly string[];
  readonly source?: readonly Cidr[];
  /** The address the client connected to; that of the PROXY header where there is one. */
  readonly destination?: readonly Cidr[];
  /** Its port; each a range, both ends included. */
  readonly port?: readonly { readonly from: number; readonly to: number }[];
  /** Where a redirected client wanted to go. */
  readonly originalDestination?: readonly Cidr[];
  /** Whether a client certificate that is good was shown, on TLS terminated here. */
  readonly clientCertificate?: boolean;
  readonly any?: readonly RouteMatch[];
  readonly all?: readonly RouteMatch[];
  readonly not?: RouteMatch;
}
