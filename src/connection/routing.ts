import { decide } from '../route/index.ts';
import type { Connection } from './connection.ts';
import { knownOf } from './known.ts';

/** Entry: the first route that matches. A client that stayed silent is `unknown`. */
export function route(connection: Connection): void {
  let decision = decide(connection.routes, knownOf(connection));
  if (decision.kind === 'undecided') {
    connection.sniffed = { protocol: 'unknown' };
    decision = decide(connection.routes, knownOf(connection));
  }
  if (decision.kind !== 'route') {
    connection.send({ type: 'rejected', reason: 'no-route', how: 'reset' });
    return;
  }
  connection.route = decision.route;
  const { action } = decision.route;
  if (action.kind === 'reject') {
    const how = action.how === 'reset' ? 'reset' : 'close';
    connection.send({ type: 'rejected', reason: 'rejected', how });
    return;
  }
  if (action.kind !== 'pool') throw new Error(`routes that ${action.kind} are not carried out`);
  connection.pool = action.pool;
  const pool = connection.plan.pools[action.pool];
  if (pool === undefined) throw new RangeError(`there is no pool ${action.pool}`);
  connection.send({ type: 'routed', retries: pool.connect.retries, abortOnFin: pool.connect.abortOnFin });
}
