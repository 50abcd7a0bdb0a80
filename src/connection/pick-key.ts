import type { PickKey } from '../core/upstreams.ts';
import type { Connection } from './connection.ts';
import { share } from './trace-ids.ts';

/** What a backend is chosen by. */
export function keyOf(connection: Connection): PickKey {
  const { findings, terminated, header, traceId, clientHost } = connection;
  return {
    source: clientHost,
    sni: terminated?.sni ?? findings?.sniffed?.sni ?? null,
    tlvs: header?.tlvs ?? null,
    random: share(traceId),
    now: connection.now(),
  };
}
