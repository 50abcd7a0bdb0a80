import type { Mutable } from '../core/mutable.ts';
import { PROXY_TEXT_BYTES_MAX, type ProxySsl, type ProxyTlv } from '../core/proxy-header.ts';
import { copy, uint32, utf8 } from './bytes.ts';
import { SSL_CLIENT, SSL_HEADER_BYTES, SSL_TLV } from './tlv-types.ts';
import { type TlvPlace, tlvAt, walkTlvs } from './walk-tlvs.ts';

type Draft = Mutable<ProxySsl>;

/** The fields that are texts, by the type of their TLV. */
const TEXTS: ReadonlyMap<number, SslText> = new Map([
  [SSL_TLV.version, 'version'],
  [SSL_TLV.commonName, 'commonName'],
  [SSL_TLV.cipher, 'cipher'],
  [SSL_TLV.signatureAlgorithm, 'signatureAlgorithm'],
  [SSL_TLV.keyAlgorithm, 'keyAlgorithm'],
  [SSL_TLV.group, 'group'],
  [SSL_TLV.signatureScheme, 'signatureScheme'],
]);
type SslText = Exclude<keyof typeof SSL_TLV, 'clientCertificate'>;

/** Reads the value of the TLV about TLS; a string that says what is wrong. proxy-protocol.txt, 2.2.6. */
export function readSsl(header: Uint8Array, { from, to }: TlvPlace): ProxySsl | string {
  const where = 'version 2, the TLV about TLS';
  if (to - from < SSL_HEADER_BYTES)
    return `${where} has ${to - from} bytes, where flags and result alone take ${SSL_HEADER_BYTES}`;
  const places = walkTlvs(header, from + SSL_HEADER_BYTES, to, where);
  if (typeof places === 'string') return places;

  const draft = draftOf(header[from] as number, uint32(header, from + 1));
  const others: ProxyTlv[] = [];
  for (const place of places) if (!take(draft, header, place)) others.push(tlvAt(header, place));
  draft.others = others;
  return draft;
}

function draftOf(client: number, verify: number): Draft {
  return {
    tls: (client & SSL_CLIENT.tls) !== 0,
    certificateOnConnection: (client & SSL_CLIENT.certificateOnConnection) !== 0,
    certificateInSession: (client & SSL_CLIENT.certificateInSession) !== 0,
    verify,
    version: null,
    commonName: null,
    cipher: null,
    signatureAlgorithm: null,
    keyAlgorithm: null,
    group: null,
    signatureScheme: null,
    clientCertificate: null,
    others: [],
  };
}

/** Whether the draft had room for a value of this type, and the value is one that can be used. */
function take(draft: Draft, header: Uint8Array, { type, from, to }: TlvPlace): boolean {
  if (type === SSL_TLV.clientCertificate && draft.clientCertificate === null) {
    draft.clientCertificate = copy(header, from, to);
    return true;
  }
  const key = TEXTS.get(type);
  if (key === undefined || draft[key] !== null || to - from > PROXY_TEXT_BYTES_MAX) return false;
  draft[key] = utf8(header, from, to);
  return draft[key] !== null;
}
