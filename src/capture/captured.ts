import type { Address } from '../core/address.ts';
import type { ConnectionId } from '../core/connection-id.ts';

/** The two ends of one TCP connection: the peer's, and Sluice's own. */
export interface CapturedLeg {
  readonly peer: Address;
  readonly own: Address;
}

/** What a captured file says of a connection. */
export interface CapturedConnection {
  readonly id: ConnectionId;
  /** Name of the listener. */
  readonly listener: string;
  /** Name of the route; null where none is known. */
  readonly route: string | null;
  /** 32 hex digits; empty where none is known. */
  readonly traceId: string;
  /** When it was accepted, milliseconds since 1970. */
  readonly openedAt: number;
  /** Between the client and Sluice. */
  readonly client: CapturedLeg;
  /** Between Sluice and the backend. */
  readonly backend: CapturedLeg;
  /** The client that a PROXY header has named; null where its socket is all that is known. */
  readonly source: Address | null;
  /** TLS with the client ends at Sluice: the bytes are those inside. */
  readonly isDecrypted: boolean;
}
