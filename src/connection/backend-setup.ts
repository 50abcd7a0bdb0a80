import type { Address } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import type { ConnectPlan, ProxyOutPlan } from '../core/plan.ts';
import type { Cancellable, Endpoint } from '../core/ports.ts';
import { NO_PROXY_TLVS, type ProxyTlvs } from '../core/proxy-header.ts';
import type { ConnectTlsPlan, TlsFacts, TlsFailure } from '../core/tls.ts';
import { proxySslOf, writeProxyHeaderV1, writeProxyHeaderV2 } from '../proxy-protocol/index.ts';
import type { Connection } from './connection.ts';
import { isRecorded } from './trace-ids.ts';
import { UNWATCHED } from './unwatched.ts';

/** What becomes of it. One of the two is called, once, and none after `cancel`. */
export interface SetupHandler {
  /** The endpoint that the client's bytes go to: the one given, or the one inside TLS. */
  ready(endpoint: Endpoint, tls: TlsFacts | null): void;
  /** It was destroyed. `code` is for the record of the attempt. */
  failed(code: string): void;
}

type Guard = (act: () => void) => void;

/**
 * What a backend is told before the client's bytes: the PROXY header, then TLS. Owns the endpoint until it is `ready`;
 * cancelling destroys it. No deadline in here. `guard` runs what a plane has called for; absent = what it throws ends the
 * connection.
 */
export function setUpBackend(
  connection: Connection,
  address: Address,
  { proxyOut, tls }: ConnectPlan,
  endpoint: Endpoint,
  handler: SetupHandler,
  guard: Guard = (act) => connection.guard(act),
): Cancellable {
  const setup = new BackendSetup(connection, endpoint, handler, guard);
  if (proxyOut === null) setup.secure(address, tls);
  else setup.introduce(proxyOut, () => setup.secure(address, tls));
  return setup;
}

class BackendSetup implements Cancellable {
  readonly #connection: Connection;
  readonly #endpoint: Endpoint;
  readonly #handler: SetupHandler;
  readonly #guard: Guard;
  #handshake: Cancellable | null = null;
  #isOver = false;

  constructor(connection: Connection, endpoint: Endpoint, handler: SetupHandler, guard: Guard) {
    this.#connection = connection;
    this.#endpoint = endpoint;
    this.#handler = handler;
    this.#guard = guard;
  }

  /** Sends the PROXY header, and goes on when all of it was told as accepted: none of it is counted as the client's. */
  introduce(plan: ProxyOutPlan, then: () => void): void {
    const endpoint = this.#endpoint;
    const bytes = headerFor(this.#connection, plan);
    let left = bytes.length;
    let isWritten = false;
    const goOn = (): void => {
      if (this.#isOver || left > 0) return;
      endpoint.observe(UNWATCHED);
      then();
    };
    endpoint.observe({
      ...UNWATCHED,
      accepted: (accepted) => {
        left -= accepted;
        if (isWritten) this.#guard(goOn);
      },
      // Only of one made ahead, which is being read already; it would not be told again.
      fin: () => this.#guard(() => this.#fail('closed by the backend')),
      reset: (code) => this.#guard(() => this.#fail(code)),
    });
    endpoint.write({ bytes, at: this.#connection.shard.plane.timers.now(), borrowed: false });
    isWritten = true;
    goOn();
  }

  secure(address: Address, tls: ConnectTlsPlan | null): void {
    if (tls === null) {
      this.#isOver = true;
      this.#handler.ready(this.#endpoint, null);
      return;
    }
    const connection = this.#connection;
    const host = address.kind === 'tcp' ? address.host : '';
    const handshake = connection.shard.tls.connect(
      this.#endpoint,
      { plan: tls, host, serverName: serverNameFor(connection, tls, host), alpn: alpnFor(connection, tls) },
      {
        secured: (endpoint, facts) =>
          this.#guard(() => {
            this.#isOver = true;
            this.#handler.ready(endpoint, facts);
          }),
        failed: (failure) => this.#guard(() => this.#fail(textOfFailure(failure))),
      },
    );
    if (!this.#isOver) this.#handshake = handshake;
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handshake?.cancel();
    this.#drop();
  }

  #fail(code: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drop();
    this.#handler.failed(code);
  }

  #drop(): void {
    this.#endpoint.observe(UNWATCHED);
    this.#endpoint.destroy();
  }
}

function textOfFailure({ code, message }: TlsFailure): string {
  return message === '' ? code : `${code}: ${message}`;
}

function serverNameFor(
  { terminated }: Connection,
  { serverName }: ConnectTlsPlan,
  host: string,
): string | null {
  if (serverName === 'client') return terminated?.sni ?? null;
  if (serverName !== null) return serverName;
  return host === '' || parseIp(host) !== null ? null : host;
}

function alpnFor({ clientTls }: Connection, { alpn }: ConnectTlsPlan): readonly string[] {
  if (alpn !== 'pass') return alpn;
  return clientTls?.alpn == null ? [] : [clientTls.alpn];
}

function headerFor(connection: Connection, { version, tlvs }: ProxyOutPlan): Uint8Array {
  const { source, destination } = connection;
  if (version === 1) return writeProxyHeaderV1(source, destination);
  const { bytes } = writeProxyHeaderV2({
    command: 'proxy',
    transport: 'tcp',
    source,
    destination,
    tlvs: tlvsFor(connection, tlvs),
    crc32c: tlvs.includes('crc32c'),
  });
  return bytes;
}

function tlvsFor(connection: Connection, wanted: ProxyOutPlan['tlvs']): ProxyTlvs {
  const { clientTls, terminated, findings, id, header } = connection;
  const told = header?.tlvs ?? NO_PROXY_TLVS;
  return {
    ...NO_PROXY_TLVS,
    alpn: wanted.includes('alpn') ? (clientTls?.alpn ?? told.alpn) : null,
    authority: wanted.includes('authority')
      ? (terminated?.sni ?? findings?.sniffed?.sni ?? told.authority)
      : null,
    uniqueId: wanted.includes('unique_id') ? (told.uniqueId ?? Buffer.from(formatConnectionId(id))) : null,
    ssl: wanted.includes('ssl') ? sslFor(clientTls, told.ssl) : null,
    traceparent: wanted.includes('trace') ? traceFor(connection) : null,
  };
}

/** Of TLS that ended here, else of what ended at the proxy in front. */
function sslFor(clientTls: TlsFacts | null, told: ProxyTlvs['ssl']): ProxyTlvs['ssl'] {
  return clientTls === null ? told : proxySslOf(clientTls);
}

/** Another Sluice's spans become children of this connection's. */
function traceFor(connection: Connection): ProxyTlvs['traceparent'] {
  connection.spanId ??= connection.shard.traceIds.nextSpan();
  return { traceId: connection.traceId, spanId: connection.spanId, flags: isRecorded(connection) ? 1 : 0 };
}
