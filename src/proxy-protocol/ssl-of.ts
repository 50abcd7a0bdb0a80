import type { ProxySsl } from '../core/proxy-header.ts';
import type { TlsFacts } from '../core/tls.ts';

const NOT_VERIFIED = 1;

/** What a PROXY header says of the TLS session that a client has with us. */
export function proxySslOf({ version, cipher, resumed, peer }: TlsFacts): ProxySsl {
  return {
    tls: true,
    certificateOnConnection: peer !== null && !resumed,
    certificateInSession: peer !== null,
    verify: peer?.verified === true ? 0 : NOT_VERIFIED,
    version,
    commonName: peer?.commonName ?? null,
    cipher,
    signatureAlgorithm: null,
    keyAlgorithm: null,
    group: null,
    signatureScheme: null,
    clientCertificate: null,
    others: [],
  };
}
