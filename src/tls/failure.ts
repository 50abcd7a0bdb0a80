import type { TlsFailure } from '../core/tls.ts';

/** What is wrong, and what would be right, by the names OpenSSL and Node give it. */
const MEANINGS: Readonly<Record<string, string>> = {
  ERR_SSL_NO_SHARED_CIPHER:
    'no cipher in common that a certificate of ours can serve; allow more in `ciphers`, or give a certificate of another key type',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the peer speaks no TLS version from the least one allowed up',
  ERR_SSL_UNSUPPORTED_PROTOCOL_VERSION: 'the peer speaks no TLS version from the least one allowed up',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'the peer offered only protocols (ALPN) that are not in `alpn`',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what the peer sent is no TLS record; does it expect TLS at this port?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what the peer sent is no TLS record; does it expect TLS at this port?',
  ERR_SSL_HTTP_REQUEST: 'the peer sent an HTTP request in plain text; TLS was expected',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    'the client showed no certificate; it must show one signed by an authority of `client_ca`',
  CERT_HAS_EXPIRED: "the peer's certificate, or one above it, has expired; renew it",
  CERT_NOT_YET_VALID: "the peer's certificate is not valid yet; compare the clocks",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'the peer showed a certificate that only itself vouches for; name it, or the authority it should have, as the `ca`',
  SELF_SIGNED_CERT_IN_CHAIN: "the chain of the peer's certificate ends in an authority that is not trusted",
  UNABLE_TO_GET_ISSUER_CERT: "the authority above the peer's certificate is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the authority above the peer's certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the authority above the peer's certificate is not trusted, or the peer leaves out an intermediate certificate",
  INVALID_PURPOSE: "the peer's certificate is not meant for this side of TLS",
  CERT_SIGNATURE_FAILURE: "the signature of the peer's certificate is wrong",
};

/** Of what node:tls gave as the error of a handshake. `where` names the side, for the message. */
export function failureOf(error: NodeJS.ErrnoException, where: string): TlsFailure {
  const code = error.code ?? 'ERR_SSL';
  const { reason } = error as { readonly reason?: string };
  const meaning = MEANINGS[code] ?? reason ?? error.message;
  return { kind: kindOf(code), code, message: `${where}: ${meaning}` };
}

/** The peer has reset, or its network lost it. */
export function resetFailure(code: string, where: string): TlsFailure {
  return { kind: 'reset', code, message: `${where}: the connection was reset` };
}

/** The peer has sent FIN. */
export function eofFailure(where: string): TlsFailure {
  return { kind: 'eof', code: 'EOF', message: `${where}: the peer ended the connection` };
}

function kindOf(code: string): TlsFailure['kind'] {
  if (/^ERR_SSL_.*_ALERT_/.test(code)) return 'alert';
  const isOfCertificate =
    !code.startsWith('ERR_SSL_') || /CERTIFICATE_VERIFY_FAILED|PEER_DID_NOT_RETURN_A_CERTIFICATE/.test(code);
  return isOfCertificate ? 'certificate' : 'protocol';
}
