import type { PoolPlan } from '../core/plan.ts';
import type { PreconnectPlan } from '../core/preconnect.ts';
import { formatDuration } from '../core/units.ts';
import type { Row } from './layout.ts';

/** What is said of a pool's places, its queue, its memory of clients and what it makes ready for them; nothing where it has none of these. */
export function describePlaces({ connectionsMax, queue, onFull, sticky, preconnect }: PoolPlan): Row[] {
  const limit = connectionsMax === 0 ? '' : `at most ${connectionsMax} connections, `;
  const waits =
    queue === null ? '' : `up to ${queue.waitingMax} wait for ${formatDuration(queue.timeoutMs)}, `;
  const isPlain = connectionsMax === 0 && queue === null && onFull === 'reset';
  const rows: Row[] = isPlain ? [] : [['when full', `${limit}${waits}then ${onFull}`]];
  if (preconnect !== null) rows.push(['preconnect', describePreconnect(preconnect)]);
  if (sticky === null) return rows;
  const on = sticky.on === 'proxy_tlv' ? `TLV ${sticky.tlv} of the PROXY header` : sticky.on;
  const { expiryMs, clientsMax } = sticky;
  return [...rows, ['sticky', `on ${on}, for ${formatDuration(expiryMs)}, at most ${clientsMax} clients`]];
}

function describePreconnect({ idleMin, idleMax, ageMs, serverFirst }: PreconnectPlan): string {
  const greeting = serverFirst ? ', backends may speak first' : '';
  return `${idleMin} to ${idleMax} a backend and worker, for ${formatDuration(ageMs)}${greeting}`;
}
