import type { Address } from '../core/address.ts';
import type { StatusSource } from '../core/status.ts';
import { type Ask, askOf } from './get-connection.ts';
import { hostAllowed } from './host-check.ts';
import { BODY_BYTES_MAX } from './limits.ts';
import { originAllowed } from './origin-check.ts';
import type { Write } from './put-config.ts';
import { tooLong } from './read-body.ts';
import { problemReply, type Reply } from './reply.ts';
import { ROUTES, type Route, WRITES } from './routes.ts';
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
}

/** Where requests come in and what they are about. */
export interface Served {
  readonly bound: Address;
  readonly source: StatusSource;
  /** What writes have to show; null = nothing. */
  readonly token: string | null;
}

/** The reply, or what is to be done with the body before there is one. */
export type Decision =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'ask'; readonly ask: Ask };

/** Finds the answer to a request; pure but for what a route itself reads from the source. */
export function decide(asked: Asked, served: Served): Decision {
  if (!hostAllowed(served.bound, asked.host))
    return refusal(421, `this address serves loopback names only, not "${asked.host}"`);
  const path = pathOf(asked);
  const write = Object.hasOwn(WRITES, path) ? WRITES[path] : undefined;
  if (write !== undefined) return decideWrite(asked, served, write);
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  const ask = askOf(path);
  if (route === undefined && ask === null) return refusal(404, 'nothing is served at this path');
  if (!isRead(asked)) return refusal(405, 'this path is read-only', { allow: 'GET, HEAD' });
  if (asked.hasBody) return refusal(413, 'a request here has no body');
  if (ask !== null) return { kind: 'ask', ask };
  return { kind: 'reply', reply: (route as Route)(served.source) };
}

/** Whether a request asks for nothing to be changed. */
export function isRead({ method }: Asked): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The path without its query. */
export function pathOf({ target }: Asked): string {
  return target.split('?', 1)[0] ?? '';
}

function decideWrite(asked: Asked, served: Served, write: Write): Decision {
  const { token, bound } = served;
  if (asked.method !== 'PUT') return refusal(405, 'this path takes PUT only', { allow: 'PUT' });
  if (!originAllowed(bound, asked.host, asked.origin))
    return refusal(403, `a web page of "${asked.origin}" may not write here`);
  if (!tokenAllowed(token, asked.authorization)) return unauthorized(asked);
  if (!isYaml(asked.type) || !isIdentity(asked.encoding))
    return refusal(415, `a body here is YAML in UTF-8, not encoded: content-type: ${YAML_TYPES[0]}`, {
      accept: YAML_TYPES.join(', '),
    });
  const { status, detail } = tooLong(BODY_BYTES_MAX);
  return (asked.length ?? 0) > BODY_BYTES_MAX ? refusal(status, detail) : { kind: 'write', write };
}

/** `text/plain` is not among them: a browser may send it for a foreign page without asking this server first. */
const YAML_TYPES = ['application/yaml', 'text/yaml', 'application/x-yaml'];

function isYaml(type: string | undefined): boolean {
  const [name = '', ...parameters] = (type ?? '').toLowerCase().split(';');
  if (!YAML_TYPES.includes(name.trim())) return false;
  return parameters.every(
    (parameter) => !/^\s*charset\s*=/.test(parameter) || /=\s*"?utf-?8"?\s*$/.test(parameter),
  );
}

function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding.trim().toLowerCase() === 'identity';
}

/** RFC 6750 section 3: a request without credentials is told the scheme alone. */
function unauthorized({ authorization }: Asked): Decision {
  const challenge = 'Bearer realm="sluice"';
  return authorization === undefined
    ? refusal(401, 'a write needs the token: authorization: Bearer TOKEN', { 'www-authenticate': challenge })
    : refusal(401, 'this is not the token', { 'www-authenticate': `${challenge}, error="invalid_token"` });
}

function refusal(status: number, detail: string, headers: Record<string, string> = {}): Decision {
  return { kind: 'reply', reply: problemReply(status, detail, headers) };
}
