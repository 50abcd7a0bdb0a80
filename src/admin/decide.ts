import type { Address } from '../core/address.ts';
import type { StatusSource } from '../core/status.ts';
import { type Checked, checkFields, parseQuery } from './check-input.ts';
import type { Endpoint } from './endpoint.ts';
import { hostAllowed, isLocal } from './host-check.ts';
import { BODY_BYTES_MAX } from './limits.ts';
import { BODY_TYPES, isOfKind } from './media-types.ts';
import { originAllowed } from './origin-check.ts';
import { tooLong } from './read-body.ts';
import { emptyReply, problemReply, type Reply } from './reply.ts';
import { route } from './table.ts';
import { tokenAllowed } from './token-check.ts';

/** What decides about a request; a header field that is absent is undefined. */
export interface Asked {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  readonly hasBody: boolean;
  /** Bytes of the body as announced; undefined where it is sent in chunks, and where there is none. */
  readonly length: number | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly encoding: string | undefined;
  /** It asks for a WebSocket. Absent: no. */
  readonly wantsSocket?: boolean;
}

/** Where requests come in and what they are about. */
export interface Served {
  readonly bound: Address;
  readonly source: StatusSource;
  /** What has to be shown; null = nothing. */
  readonly token: string | null;
  /** What the token is called in the audit; null = there is none. */
  readonly tokenName: string | null;
  readonly isTls: boolean;
}

/** The reply, or the endpoint that is to be called and what is known for it before the body is read. */
export type Decision =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'call'; readonly endpoint: Endpoint; readonly path: unknown; readonly query: unknown };

/** Finds who answers a request, or why nobody does. Pure. */
export function decide(asked: Asked, served: Served): Decision {
  if (!hostAllowed(served.bound, asked.host))
    return refusal(421, `this address serves loopback names only, not "${asked.host}"`);
  const match = route(asked.method, pathOf(asked));
  if (match.kind === 'none') return refusal(404, 'nothing is served at this path');
  if (match.kind === 'other-method') {
    const { allow } = match;
    if (asked.method === 'OPTIONS') return { kind: 'reply', reply: emptyReply(204, { allow }) };
    return refusal(405, `this path takes ${allow} only`, { allow });
  }
  const { endpoint, params } = match;
  const refused =
    refuseAccess(endpoint, asked, served) ?? refuseBody(endpoint, asked) ?? refusePlain(endpoint, asked);
  if (refused !== null) return refused;
  const path = checkFields(endpoint.params ?? {}, params, 'the path');
  if ('detail' in path) return refusal(400, path.detail);
  const query = queryOf(endpoint, asked);
  if ('detail' in query) return refusal(400, query.detail);
  return { kind: 'call', endpoint, path: path.value, query: query.value };
}

/** Whether a request asks for nothing to be changed, whatever its path. */
export function isRead({ method }: Pick<Asked, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** The path without its query. */
export function pathOf({ target }: Pick<Asked, 'target'>): string {
  return target.split('?', 1)[0] ?? '';
}

function refuseAccess(
  { access, isWebSocket = false }: Endpoint,
  asked: Asked,
  { token, bound, isTls }: Served,
): Decision | null {
  const isGuarded = access === 'write' || isWebSocket;
  if (isGuarded && !originAllowed(bound, asked.host, asked.origin, isTls, token !== null))
    return refusal(403, `a web page of "${asked.origin}" may not ${isWebSocket ? 'read' : 'write'} here`);
  if (access === 'open' || (access === 'read' && isLocal(bound))) return null;
  return tokenAllowed(token, asked.authorization) ? null : unauthorized(asked);
}

/** RFC 9110 section 15.5.22. */
function refusePlain({ isWebSocket = false }: Endpoint, { wantsSocket = false }: Asked): Decision | null {
  if (!isWebSocket || wantsSocket) return null;
  const headers = { upgrade: 'websocket', connection: 'Upgrade' };
  return refusal(426, 'this is a WebSocket: upgrade: websocket', headers);
}

function refuseBody({ body }: Endpoint, asked: Asked): Decision | null {
  if (body === undefined) return asked.hasBody ? refusal(413, 'a request here has no body') : null;
  const isAbsent = !asked.hasBody && body.kind === 'json' && body.optional === true;
  if (!isAbsent && (!isOfKind(body.kind, asked.type) || !isIdentity(asked.encoding))) {
    const types = BODY_TYPES[body.kind];
    const name = body.kind.toUpperCase();
    return refusal(415, `a body here is ${name} in UTF-8, not encoded: content-type: ${types[0]}`, {
      accept: types.join(', '),
    });
  }
  const { status, detail } = tooLong(BODY_BYTES_MAX);
  return (asked.length ?? 0) > BODY_BYTES_MAX ? refusal(status, detail) : null;
}

function queryOf({ query }: Endpoint, { target }: Asked): Checked {
  if (query === undefined) return { value: {} };
  const parsed = parseQuery(target);
  return 'detail' in parsed ? parsed : checkFields(query, parsed.fields, 'the query');
}

function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding.trim().toLowerCase() === 'identity';
}

/** RFC 6750 section 3: a request without credentials is told the scheme alone. */
function unauthorized({ authorization }: Asked): Decision {
  const challenge = 'Bearer realm="sluice"';
  return authorization === undefined
    ? refusal(401, 'this needs the token: authorization: Bearer TOKEN', { 'www-authenticate': challenge })
    : refusal(401, 'this is not the token', { 'www-authenticate': `${challenge}, error="invalid_token"` });
}

function refusal(status: number, detail: string, headers: Record<string, string> = {}): Decision {
  return { kind: 'reply', reply: problemReply(status, detail, headers) };
}
