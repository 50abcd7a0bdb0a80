import type { EndPoints } from './end-points.ts';
import type { PcapngBlocks } from './pcapng-blocks.ts';
import {
  ACK,
  FIN,
  PSH,
  packetBytes,
  RST,
  type Segment,
  SYN,
  segmentBytesMax,
  writePacket,
} from './segment.ts';

/** Who of the two ends of a leg sends. */
export type Sender = 'peer' | 'own';

export interface LegOptions {
  readonly ends: EndPoints;
  /** Position of the interface. */
  readonly nic: number;
  /** Who connects. */
  readonly opener: Sender;
  /** Where the sequence numbers of both ends begin. */
  readonly firstSequence: number;
  readonly snapBytes: number;
}

/** What one end has sent. */
interface Sent {
  /** Number of the next byte. */
  sequence: number;
  isFinished: boolean;
  isReset: boolean;
}

const NO_BYTES = new Uint8Array(0);

/** One TCP connection of a file: the segments that would have carried what was seen. */
export class Leg {
  readonly #options: LegOptions;
  readonly #sent: Record<Sender, Sent>;
  #identification = 0;
  /** For the next packet. */
  #comment = '';

  constructor(options: LegOptions) {
    this.#options = options;
    const sequence = options.firstSequence >>> 0;
    this.#sent = {
      peer: { sequence, isFinished: false, isReset: false },
      own: { sequence, isFinished: false, isReset: false },
    };
  }

  /** Puts a comment on the next packet, behind those that wait for it. */
  comment(text: string): void {
    this.#comment = this.#comment === '' ? text : `${this.#comment}\n${text}`;
  }

  /** SYN, SYN and ACK, ACK. */
  handshake(blocks: PcapngBlocks, at: number): void {
    const { opener } = this.#options;
    const answerer = other(opener);
    this.#write(blocks, opener, SYN, at);
    this.#sent[opener].sequence = next(this.#sent[opener].sequence, 1);
    this.#write(blocks, answerer, SYN | ACK, at);
    this.#sent[answerer].sequence = next(this.#sent[answerer].sequence, 1);
    this.#write(blocks, opener, ACK, at);
  }

  /** As if the handshake and so many bytes of each end had been seen. */
  skip(bytes: Readonly<Record<Sender, number>>): void {
    for (const sender of ['peer', 'own'] as const)
      this.#sent[sender].sequence = next(this.#sent[sender].sequence, 1 + bytes[sender]);
  }

  /** Bytes of an end, in segments, the last one with PSH, and the ACK of the other. */
  data(blocks: PcapngBlocks, sender: Sender, bytes: Uint8Array, at: number): void {
    const max = segmentBytesMax(this.#options.ends.own);
    for (let from = 0; from < bytes.length; from += max) {
      const payload = bytes.subarray(from, from + max);
      const isLast = from + max >= bytes.length;
      this.#write(blocks, sender, isLast ? ACK | PSH : ACK, at, payload);
      this.#sent[sender].sequence = next(this.#sent[sender].sequence, payload.length);
    }
    this.#acknowledge(blocks, other(sender), at);
  }

  /** Once; nothing after a RST. */
  fin(blocks: PcapngBlocks, sender: Sender, at: number): void {
    const sent = this.#sent[sender];
    if (sent.isFinished || this.#isReset) return;
    this.#write(blocks, sender, FIN | ACK, at);
    sent.sequence = next(sent.sequence, 1);
    sent.isFinished = true;
    this.#acknowledge(blocks, other(sender), at);
  }

  /** Once for each end; nothing where both have finished and acknowledged that. */
  reset(blocks: PcapngBlocks, sender: Sender, at: number): void {
    const sent = this.#sent[sender];
    if (sent.isReset || this.isOver) return;
    this.#write(blocks, sender, RST | ACK, at);
    sent.isReset = true;
  }

  /** Both ends have finished, or one has reset. */
  get isOver(): boolean {
    return this.#isReset || (this.#sent.peer.isFinished && this.#sent.own.isFinished);
  }

  get #isReset(): boolean {
    return this.#sent.peer.isReset || this.#sent.own.isReset;
  }

  #acknowledge(blocks: PcapngBlocks, sender: Sender, at: number): void {
    if (!this.#isReset) this.#write(blocks, sender, ACK, at);
  }

  #write(
    blocks: PcapngBlocks,
    sender: Sender,
    flags: number,
    at: number,
    payload: Uint8Array = NO_BYTES,
  ): void {
    const { nic, snapBytes } = this.#options;
    const segment = this.#segment(sender, flags, payload);
    const bytes = packetBytes(segment);
    const kept = Math.min(bytes, snapBytes);
    const comment = this.#comment;
    this.#comment = '';
    const head = { at, nic, isInbound: sender === 'peer', bytes, kept, comment };
    blocks.packet(head, (to) => writePacket(segment, to));
  }

  #segment(sender: Sender, flags: number, payload: Uint8Array): Segment {
    const { ends } = this.#options;
    this.#identification = (this.#identification + 1) & 0xffff;
    return {
      from: ends[sender],
      to: ends[other(sender)],
      flags,
      sequence: this.#sent[sender].sequence,
      acknowledged: (flags & ACK) === 0 ? 0 : this.#sent[other(sender)].sequence,
      identification: this.#identification,
      payload,
    };
  }
}

function other(sender: Sender): Sender {
  return sender === 'peer' ? 'own' : 'peer';
}

/** Sequence numbers wrap at 2^32. */
function next(sequence: number, bytes: number): number {
  return (sequence + bytes) % 2 ** 32;
}
