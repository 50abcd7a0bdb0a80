import { checkServerIdentity, connect, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { ConnectTlsPlan, TlsConnectOptions } from '../core/tls.ts';
import type { Below } from './below.ts';
import type { ContextCache } from './context-cache.ts';
import { factsOf } from './facts.ts';
import type { Side } from './handshake.ts';

/** The client's end of a session. Throws OpenSSL's error where the parts of the plan are of no use. */
export function clientSocket(below: Below, options: TlsConnectOptions, cache: ContextCache): TLSSocket {
  const { plan, serverName, host, alpn } = options;
  return connect({
    socket: below.stream,
    secureContext: cache.get(contextOptions(plan)),
    rejectUnauthorized: plan.verify,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName ?? host, certificate),
    ...(serverName === null ? {} : { servername: serverName }),
    ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
  });
}

export const CLIENT_SIDE: Side = {
  where: 'TLS with the backend',
  event: 'secureConnect',
  judge: (tls) => factsOf(tls, tls.authorized),
};

function contextOptions({ ca, certificate, versionMin }: ConnectTlsPlan): SecureContextOptions {
  return {
    minVersion: versionMin,
    ...(ca === null ? {} : { ca }),
    ...(certificate === null ? {} : { cert: certificate.cert, key: certificate.key }),
  };
}
