import { parseConnectionId } from '../core/connection-id.ts';
import type { StatusSource } from '../core/status.ts';
import { jsonReply, problemReply, type Reply } from './reply.ts';

/** Finds out what a request asks for. Never rejects. */
export type Ask = (source: StatusSource) => Promise<Reply>;

const CONNECTION = /^\/v1\/connections\/([^/]+)$/;

/** Whoever answers for a path that names a connection; null where it names none. */
export function askOf(path: string): Ask | null {
  const [, name] = CONNECTION.exec(path) ?? [];
  return name === undefined ? null : (source) => getConnection(name, source);
}

/** 200 with all that is to be told of a live connection; 404 where there is none of this id. */
async function getConnection(name: string, source: StatusSource): Promise<Reply> {
  const id = parseConnectionId(name);
  if (id === null)
    return problemReply(404, 'a connection is named by up to twelve hex digits, as in the log');
  const view = await source.connection(id);
  return view === null ? problemReply(404, 'there is no such connection, or no more') : jsonReply(view);
}
