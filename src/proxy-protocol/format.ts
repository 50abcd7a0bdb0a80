import { type Address, formatAddress } from '../core/address.ts';
import type { ProxyHeader, ProxySsl, ProxyTlv } from '../core/proxy-header.ts';
import { printable, printableBytes } from './printable.ts';
import { hex } from './reading.ts';
import { formatTraceparent } from './traceparent.ts';

/** TLVs without a name of their own that are shown. */
const OTHERS_SHOWN_MAX = 8;

/**
 * A header for the log and the API: what it has, each as one printable text of bounded length, whatever the sender
 * wrote. A name in the abstract namespace of Unix sockets is shown with `@`.
 */
export function formatProxyHeader(header: ProxyHeader): Readonly<Record<string, string>> {
  const { alpn, authority, uniqueId, ssl, netns, traceparent, others } = header.tlvs;
  return present({
    version: String(header.version),
    command: header.command,
    transport: header.transport,
    source: header.source && formatEnd(header.source),
    destination: header.destination && formatEnd(header.destination),
    alpn: alpn && printable(alpn),
    authority: authority && printable(authority),
    unique_id: uniqueId && printableBytes(uniqueId),
    netns: netns && printable(netns),
    traceparent: traceparent && formatTraceparent(traceparent),
    others: formatOthers(others),
    ...(ssl === null ? {} : formatSsl(ssl)),
  });
}

function formatSsl(ssl: ProxySsl): Record<string, string | null> {
  const flags = [
    ssl.tls ? 'tls' : null,
    ssl.certificateOnConnection ? 'certificate on this connection' : null,
    ssl.certificateInSession ? 'certificate in this session' : null,
  ].filter((flag) => flag !== null);
  return {
    ssl: flags.length === 0 ? 'none' : flags.join(', '),
    ssl_verify: String(ssl.verify),
    ssl_version: ssl.version && printable(ssl.version),
    ssl_common_name: ssl.commonName && printable(ssl.commonName),
    ssl_cipher: ssl.cipher && printable(ssl.cipher),
    ssl_signature_algorithm: ssl.signatureAlgorithm && printable(ssl.signatureAlgorithm),
    ssl_key_algorithm: ssl.keyAlgorithm && printable(ssl.keyAlgorithm),
    ssl_group: ssl.group && printable(ssl.group),
    ssl_signature_scheme: ssl.signatureScheme && printable(ssl.signatureScheme),
    ssl_client_certificate: ssl.clientCertificate && `${ssl.clientCertificate.length} bytes`,
    ssl_others: formatOthers(ssl.others),
  };
}

function formatEnd(address: Address): string {
  if (address.kind === 'unix' && address.path.startsWith('\0'))
    return printable(`unix:@${address.path.slice(1)}`);
  return printable(formatAddress(address));
}

/** `0xea=\x01vpce-1 0xee=…`, the first OTHERS_SHOWN_MAX and how many more; null where there are none. */
function formatOthers(others: readonly ProxyTlv[]): string | null {
  if (others.length === 0) return null;
  const shown = others
    .slice(0, OTHERS_SHOWN_MAX)
    .map(({ type, value }) => `${hex(type)}=${printableBytes(value)}`);
  const more = others.length - shown.length;
  return more > 0 ? `${shown.join(' ')} and ${more} more` : shown.join(' ');
}

function present(fields: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
