import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import type { TlsFacts } from '../../../../src/core/tls.ts';
import { Facts, type NamedFact } from '../../parts/facts.tsx';

/** What its peers have said: first bytes, sessions of TLS, the PROXY header. */
export function Said({ sniffed, clientTls, backendTls, header }: ConnectionView) {
  const first = factsOf(sniffed ?? {});
  return (
    <>
      {first.length > 1 ? <Group title="Its first bytes say" facts={first} /> : null}
      {clientTls === null ? null : <Group title="TLS with the client" facts={tlsFacts(clientTls)} />}
      {backendTls === null ? null : <Group title="TLS with the backend" facts={tlsFacts(backendTls)} />}
      {header === null ? null : <Group title="Its PROXY header says" facts={factsOf(header)} />}
    </>
  );
}

function Group({ title, facts }: { readonly title: string; readonly facts: readonly NamedFact[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <Facts facts={facts} />
    </section>
  );
}

function factsOf(named: object): NamedFact[] {
  return Object.entries(named).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
}

function tlsFacts({ version, cipher, sni, alpn, resumed, peer }: TlsFacts): NamedFact[] {
  return [
    ['version', version],
    ['cipher', cipher],
    ['server name', sni ?? 'none'],
    ['ALPN', alpn ?? 'none'],
    ['session', resumed ? 'resumed' : 'new'],
    ['certificate', peer === null ? 'none was shown' : peer.subject],
    peer === null ? null : ['its names', peer.names.join(', ')],
    peer === null ? null : ['checked', peer.verified ? 'yes' : 'no'],
    peer === null ? null : ['SHA-256', <span class="address">{peer.fingerprint}</span>],
  ];
}
