import { type Answer, type DecodedPacket, decode, encode, type Packet, RECURSION_DESIRED } from 'dns-packet';
import { NAME_ADDRESSES_MAX, SERVICE_TARGETS_MAX, type ServiceRecord } from '../core/names.ts';

export type RecordType = 'A' | 'AAAA' | 'SRV';

/** What one message says of one question. */
export type Said =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; readonly ttlMs: number }
  | { readonly kind: 'services'; readonly services: readonly ServiceRecord[]; readonly ttlMs: number }
  /** The name is not, or has none of this type: final. */
  | { readonly kind: 'nothing'; readonly cause: 'NXDOMAIN' | 'NODATA'; readonly ttlMs: number | null }
  /** This server could not answer; another may. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** Too long for UDP: to be asked for over TCP. */
  | { readonly kind: 'truncated' };

/** Bytes of a datagram that is never cut on its way (DNS flag day 2020). */
const UDP_BYTES_MAX = 1232;
const ALIASES_MAX = 16;
const SECOND_MS = 1000;
const TTL_SECONDS_MAX = 2 ** 31 - 1;

/** A question as bytes, with an id that the answer repeats. */
export function encodeQuestion(id: number, name: string, type: RecordType): Buffer {
  const packet: Packet = {
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type, name }],
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: UDP_BYTES_MAX, flags: 0, options: [] } as never],
  };
  return encode(packet);
}

/** What a message says; null where it does not answer this question: damaged, or somebody else's. Never throws. */
export function readAnswer(bytes: Uint8Array, id: number, name: string, type: RecordType): Said | null {
  let packet: DecodedPacket;
  try {
    packet = decode(Buffer.from(bytes));
  } catch {
    return null;
  }
  const [question] = packet.questions ?? [];
  const isOurs =
    packet.type === 'response' &&
    packet.id === id &&
    question?.type === type &&
    question.name.toLowerCase() === name.toLowerCase();
  if (!isOurs) return null;
  if (packet.flag_tc) return { kind: 'truncated' };
  const rcode: string = (packet as { rcode?: string }).rcode ?? 'NOERROR';
  if (rcode === 'NXDOMAIN') return { kind: 'nothing', cause: 'NXDOMAIN', ttlMs: negativeTtl(packet) };
  if (rcode !== 'NOERROR') return { kind: 'refused', cause: rcode };
  return recordsOf(packet, name, type);
}

function recordsOf(packet: DecodedPacket, name: string, type: RecordType): Said {
  const answers = packet.answers ?? [];
  const { owner, ttl: aliasTtl } = followAliases(answers, name);
  const records = answers.filter((answer) => answer.type === type && isSame(answer.name, owner));
  if (records.length === 0) return { kind: 'nothing', cause: 'NODATA', ttlMs: negativeTtl(packet) };
  const ttlMs = Math.min(aliasTtl, ...records.map(ttlOf)) * SECOND_MS;
  if (type !== 'SRV') {
    const addresses = records.flatMap((record) =>
      typeof dataOf(record) === 'string' ? [dataOf(record) as string] : [],
    );
    return { kind: 'addresses', addresses: addresses.slice(0, NAME_ADDRESSES_MAX), ttlMs };
  }
  const services = records.map((record) => serviceOf(dataOf(record))).filter(({ target }) => target !== '');
  // A single record whose target is the root says that there is no such service (RFC 2782).
  if (services.length === 0) return { kind: 'nothing', cause: 'NODATA', ttlMs };
  services.sort((a, b) => a.priority - b.priority || b.weight - a.weight || compare(a, b));
  return { kind: 'services', services: services.slice(0, SERVICE_TARGETS_MAX), ttlMs };
}

/** The name at the end of a chain of CNAMEs, and the least of their TTLs. A circle ends at some point of it. */
function followAliases(answers: readonly Answer[], name: string): { owner: string; ttl: number } {
  let owner = name;
  let ttl = TTL_SECONDS_MAX;
  for (let steps = 0; steps < ALIASES_MAX; steps++) {
    const alias = answers.find((answer) => answer.type === 'CNAME' && isSame(answer.name, owner));
    if (alias === undefined) break;
    ttl = Math.min(ttl, ttlOf(alias));
    owner = String(dataOf(alias));
  }
  return { owner, ttl };
}

/** How long there being nothing may be believed: the lesser of the SOA's TTL and its minimum (RFC 2308, section 5). */
function negativeTtl(packet: DecodedPacket): number | null {
  const soa = (packet.authorities ?? []).find(({ type }) => type === 'SOA');
  if (soa === undefined) return null;
  const { minimum = TTL_SECONDS_MAX } = dataOf(soa) as { minimum?: number };
  return Math.min(ttlOf(soa), minimum) * SECOND_MS;
}

function serviceOf(data: unknown): ServiceRecord {
  const {
    priority = 0,
    weight = 0,
    port,
    target,
  } = data as Partial<ServiceRecord> & { port: number; target: string };
  return { priority, weight, port, target: target === '.' ? '' : target.replace(/\.$/, '').toLowerCase() };
}

/** A TTL with its highest bit set counts as 0 (RFC 2181, section 8). */
function ttlOf(answer: Answer): number {
  const ttl = (answer as { ttl?: number }).ttl ?? 0;
  return ttl > TTL_SECONDS_MAX ? 0 : ttl;
}

function dataOf(answer: Answer): unknown {
  return (answer as { data: unknown }).data;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function compare(a: ServiceRecord, b: ServiceRecord): number {
  return a.target === b.target ? a.port - b.port : a.target < b.target ? -1 : 1;
}
