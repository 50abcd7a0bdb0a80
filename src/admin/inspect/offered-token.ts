/** The subprotocol of an inspector's WebSocket. */
export const INSPECT_PROTOCOL = 'sluice.inspect';

/** What stands before a token, in base64url without padding, that is offered as a subprotocol. */
export const TOKEN_PROTOCOL = 'base64url.bearer.authorization.sluice.';

/** Characters of the subprotocols a client may offer. */
const OFFERED_CHARS_MAX = 4096;

/**
 * The header field `authorization` that stands for a token which is offered as a subprotocol; undefined where none is. The
 * WebSockets of browsers can send no other header field, and a token in the URL would stand in logs; Kubernetes takes it in the
 * same way.
 */
export function offeredAuthorization(protocols: string | undefined): string | undefined {
  if (protocols === undefined || protocols.length > OFFERED_CHARS_MAX) return undefined;
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  const token = offered.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
  return token === undefined ? undefined : `Bearer ${Buffer.from(token, 'base64url').toString('utf8')}`;
}
