import { formatAddress } from '../core/address.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import type { CapturedConnection } from './captured.ts';

/** What a file says of a connection where it begins, one line for each thing. */
export function describe(captured: CapturedConnection): string[] {
  const { id, listener, route, traceId, client, backend, source, isDecrypted } = captured;
  return [
    `connection ${formatConnectionId(id)}`,
    `listener ${listener}`,
    ...(route === null ? [] : [`route ${route}`]),
    ...(traceId === '' ? [] : [`trace ${traceId}`]),
    `client leg ${formatAddress(client.peer)} to ${formatAddress(client.own)}`,
    `backend leg ${formatAddress(backend.own)} to ${formatAddress(backend.peer)}`,
    ...(source === null ? [] : [`client by its PROXY header ${formatAddress(source)}`]),
    ...(isDecrypted ? ['decrypted: the bytes are those inside of TLS'] : []),
  ].map(printable);
}

/** A path that a PROXY header has named may hold anything; it does not break a line. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
