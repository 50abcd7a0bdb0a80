import type { PoolPlan, RouteAction, RoutePlan } from '../core/plan.ts';
import { chooseSplit, decide } from '../route/index.ts';
import type { Connection } from './connection.ts';
import { knownOf } from './known.ts';
import { atEnd } from './sniffing.ts';
import { share } from './trace-ids.ts';

type Rejection = Extract<RouteAction, { readonly kind: 'reject' }>;

/** `fatal` and `unrecognized_name`, in a record of its own. RFC 8446, 5.1 and 6.2. */
const UNRECOGNIZED_NAME = Uint8Array.of(21, 3, 3, 0, 2, 2, 112);

/** Entry: the first route that matches. A client that stayed silent is `unknown`. */
export function route(connection: Connection): void {
  let decision = decide(connection.routes, knownOf(connection));
  if (decision.kind === 'undecided') {
    connection.findings = atEnd(connection);
    decision = decide(connection.routes, knownOf(connection));
  }
  if (leadsAroundTls(connection, decision.kind === 'route' ? decision.route : null)) {
    if (speaksTls(connection)) say(connection, UNRECOGNIZED_NAME);
    const how = speaksTls(connection) ? 'close' : 'reset';
    connection.send({ type: 'rejected', reason: 'tls-required', how });
    return;
  }
  if (decision.kind !== 'route') {
    connection.send({ type: 'rejected', reason: 'no-route', how: 'reset' });
    return;
  }
  take(connection, decision.route);
}

/**
 * Whether a client would get past the handshake that its listener requires: in plain text, or by TLS to a name that no
 * certificate is for, which nothing but a route with `tls: passthrough` lets through.
 */
function leadsAroundTls(connection: Connection, route: RoutePlan | null): boolean {
  const { listener, terminated } = connection;
  if (listener.tls?.required !== true || terminated !== null || route?.action.kind === 'reject') return false;
  return !speaksTls(connection) || (route !== null && !route.tlsPassthrough);
}

/** Only a whole ClientHello is TLS; one that was begun is not. */
function speaksTls({ terminated, findings }: Connection): boolean {
  return terminated === null && findings?.sniffed?.protocol === 'tls';
}

function say({ client, shard }: Connection, bytes: Uint8Array): void {
  client.write({ bytes, at: shard.plane.timers.now(), borrowed: false });
}

function take(connection: Connection, route: RoutePlan): void {
  const { action } = route;
  connection.route = route;
  switch (action.kind) {
    case 'reject':
      reject(connection, action);
      return;
    case 'pool':
      toPool(connection, action.pool);
      return;
    case 'split':
      toPool(connection, chooseSplit(action, { source: connection.clientHost }, share(connection.traceId)));
      return;
    default:
      connection.send({ type: 'routed', retries: 0, abortOnFin: false });
  }
}

function reject(connection: Connection, action: Rejection): void {
  if (action.how === 'answer') say(connection, Buffer.from(action.bytes, 'base64'));
  if (action.how === 'tls_alert' && speaksTls(connection)) say(connection, UNRECOGNIZED_NAME);
  connection.send({ type: 'rejected', reason: 'rejected', how: action.how === 'reset' ? 'reset' : 'close' });
}

function toPool(connection: Connection, index: number): void {
  const pool = connection.plan.pools[index];
  if (pool === undefined) throw new RangeError(`there is no pool ${index}`);
  if (goesNowhere(connection, pool)) {
    connection.refusal = 'no original destination but this listener itself';
    connection.send({ type: 'rejected', reason: 'no-route', how: 'reset' });
    return;
  }
  connection.pool = index;
  const { connect, onFull } = pool;
  const { retries, abortOnFin } = connect;
  connection.send({ type: 'routed', retries, abortOnFin, closesWhenFull: onFull === 'close' });
}

/** Whether it is to go where its client wanted to, and that is here: it would come back again and again. */
function goesNowhere(connection: Connection, { backends }: PoolPlan): boolean {
  const isOriginal = backends.some((row) => connection.plan.backends[row]?.original === true);
  return isOriginal && connection.original === null;
}
