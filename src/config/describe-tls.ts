import type { CertificatePlan, ConnectTlsPlan, ListenerTlsPlan } from '../core/tls.ts';
import { formatDuration } from '../core/units.ts';
import type { Row } from './layout.ts';

/** How a listener terminates TLS. Neither keys nor tickets are shown, here and anywhere. */
export function describeListenerTls(tls: ListenerTlsPlan | null): Row[] {
  if (tls === null) return [];
  const { required, alpn, versionMin, ciphers, ticketKeys, handshakeMs, keyLog, startTls } = tls;
  const facts = [
    `terminated from ${versionMin} on`,
    alpn.length === 0 ? '' : `alpn ${alpn.join(', ')}`,
    ciphers === null ? '' : `ciphers ${ciphers}`,
    `handshake ${formatDuration(handshakeMs)}`,
    ticketKeys === null ? 'no session tickets' : 'session tickets',
    startTls.length === 0 ? '' : `STARTTLS for ${startTls.join(', ')}`,
    required ? 'other clients are turned away' : 'other clients are served',
  ];
  return [
    ['tls', facts.filter((text) => text !== '').join(', ')],
    ...tls.certificates.map(describeCertificate),
    ...(tls.clientAuth === 'none' ? [] : [['clients', describeClientAuth(tls.clientAuth)]]),
    ...(keyLog === null ? [] : [['key log', `EVERY SECRET GOES TO ${keyLog}`]]),
  ];
}

/** How backends are spoken to; '' without TLS. */
export function describeConnectTls(tls: ConnectTlsPlan | null): string {
  if (tls === null) return '';
  const { serverName, verify, ca, certificate, alpn, versionMin, handshakeMs } = tls;
  const name =
    serverName === 'client' ? 'the name the client asked for' : (serverName ?? 'the host of the backend');
  const authorities = ca === null ? 'the authorities of Node.js' : 'authorities of its own';
  return [
    verify ? `checked for ${name} by ${authorities}` : 'NOT CHECKED',
    certificate === null ? '' : 'with a client certificate',
    `alpn ${alpn === 'pass' ? 'as agreed on with the client' : alpn.join(', ')}`,
    `from ${versionMin} on`,
    `handshake ${formatDuration(handshakeMs)}`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

function describeCertificate({ names, isDefault, keyType, notAfter, file }: CertificatePlan): Row {
  const whom = [...names, ...(isDefault ? ['everybody else'] : [])].join(', ');
  const until = new Date(notAfter).toISOString().slice(0, 10);
  return ['certificate', `${file} (${keyType}, until ${until}) for ${whom === '' ? 'nobody' : whom}`];
}

function describeClientAuth(auth: 'optional' | 'required'): string {
  return auth === 'required' ? 'must show a good certificate' : 'may show a certificate, which must be good';
}
