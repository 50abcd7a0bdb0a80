import { type Address, formatAddress } from '../core/address.ts';
import { parseIp, unmap } from '../core/cidr.ts';
import type { CapturedLeg } from './captured.ts';
import { addWords } from './checksum.ts';

/** One end of a TCP connection as packets name it. */
export interface EndPoint {
  /** 4 bytes, or 16. */
  readonly ip: Uint8Array;
  readonly port: number;
  /** The words of `ip`, for checksums. */
  readonly sum: number;
}

/** Both ends of a leg, of the same kind of address. */
export interface EndPoints {
  readonly peer: EndPoint;
  readonly own: EndPoint;
  /** What stands for what, for those that read the file; empty where both addresses are the real ones. */
  readonly note: string;
}

/** What stands for addresses that no packet can name: 198.18.0.0/15, which no network uses (RFC 2544, C.2.2). */
const STAND_IN_NET = [198, 18];
/** Of the even network is the peer, of the odd one Sluice. */
const STAND_IN_PORTS = 0x8000;
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

/**
 * The ends of a leg. A Unix socket, a name, and Sluice's end where it has the
 * address of the other, get stand-ins; `number` makes those of one connection differ from those of
 * others.
 */
export function endPoints({ peer, own }: CapturedLeg, number: number): EndPoints {
  const isOne = formatAddress(peer) === formatAddress(own);
  const reals = [real(peer), isOne ? null : real(own)] as const;
  const ends = [reals[0] ?? standIn(number, 0), reals[1] ?? standIn(number, 1)] as const;
  const notes = [peer, own].flatMap((address, index) =>
    reals[index] === null ? [`${text(ends[index]!)} stands for ${formatAddress(address)}`] : [],
  );
  const isMixed = ends[0].ip.length !== ends[1].ip.length;
  const [one, other] = isMixed ? ends.map(mapped) : ends;
  return { peer: one!, own: other!, note: notes.join(', ') };
}

/** null where a packet cannot name it. */
function real(address: Address): EndPoint | null {
  if (address.kind === 'unix') return null;
  const ip = parseIp(address.host);
  return ip === null ? null : endPoint(unmap(ip), address.port);
}

function standIn(number: number, end: 0 | 1): EndPoint {
  const high = Math.floor(number / STAND_IN_PORTS) & 0xffff;
  const ip = [STAND_IN_NET[0]!, STAND_IN_NET[1]! + end, high >> 8, high & 255];
  return endPoint(ip, STAND_IN_PORTS + (number % STAND_IN_PORTS));
}

function mapped(end: EndPoint): EndPoint {
  return end.ip.length === 16 ? end : endPoint([...MAPPED_PREFIX, ...end.ip], end.port);
}

function endPoint(bytes: readonly number[], port: number): EndPoint {
  const ip = Uint8Array.from(bytes);
  return { ip, port, sum: addWords(0, ip) };
}

function text({ ip, port }: EndPoint): string {
  return `${ip.join('.')}:${port}`;
}
