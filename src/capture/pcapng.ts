import type { CloseReason } from '../core/close-reason.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import type { Direction } from '../core/direction.ts';
import type { CapturedConnection } from './captured.ts';
import { describe } from './describe.ts';
import { endPoints } from './end-points.ts';
import {
  type CaptureEncoder,
  type CaptureOptions,
  type ConnectionEncoder,
  NONE_SKIPPED,
  type Skipped,
} from './format.ts';
import { Leg, type Sender } from './leg.ts';
import { PcapngBlocks } from './pcapng-blocks.ts';

/** The interfaces of a file, in their order. */
const CLIENT_LEG = 0;
const BACKEND_LEG = 1;

/** What the interfaces of a file are described by: readers know the legs by it. */
export const LEG_DESCRIPTIONS = {
  client: 'between clients and Sluice',
  backend: 'between Sluice and backends',
} as const;

const MADE =
  'Sluice saw the bytes, their order and how each side ended. The packets around them are made up: handshake, ' +
  'sequence numbers, acknowledgements, segments. Both legs have the times at which the bytes came by.';

/** Blocks of a file that Wireshark and tshark read: both legs of each connection, as segments of TCP. */
export function pcapng(options: CaptureOptions): CaptureEncoder {
  return {
    begin: () => begin(options),
    connection: (captured) => new PcapngConnection(captured, options),
  };
}

function begin({ snapBytes }: CaptureOptions): Uint8Array {
  const blocks = new PcapngBlocks();
  blocks.section('Sluice');
  blocks.nic('client', LEG_DESCRIPTIONS.client, MADE, snapBytes);
  blocks.nic('backend', LEG_DESCRIPTIONS.backend, MADE, snapBytes);
  return blocks.done();
}

/** Two legs that carry the same bytes: what the client sends, Sluice sends to the backend, and the other way round. */
class PcapngConnection implements ConnectionEncoder {
  readonly #captured: CapturedConnection;
  readonly #client: Leg;
  readonly #backend: Leg;
  readonly #about: readonly string[];

  constructor(captured: CapturedConnection, { snapBytes }: CaptureOptions) {
    const { id } = captured;
    const sequence = id % 2 ** 32;
    const [client, backend] = [
      endPoints(captured.client, 2 * sequence),
      endPoints(captured.backend, 2 * sequence + 1),
    ];
    const firstSequence = Math.imul(sequence + 1, 0x9e37_79b1);
    this.#captured = captured;
    this.#client = new Leg({ ends: client, nic: CLIENT_LEG, opener: 'peer', firstSequence, snapBytes });
    const second = firstSequence ^ 0x5555_5555;
    this.#backend = new Leg({
      ends: backend,
      nic: BACKEND_LEG,
      opener: 'own',
      firstSequence: second,
      snapBytes,
    });
    this.#about = [...describe(captured), client.note, backend.note].filter((text) => text !== '');
  }

  opened(at: number, skipped: Skipped = NONE_SKIPPED): Uint8Array {
    const blocks = new PcapngBlocks();
    if (skipped.up + skipped.down > 0) {
      const missing = `not in this file: the first ${skipped.up} bytes up and ${skipped.down} bytes down`;
      this.#comment([...this.#about, missing]);
      this.#client.skip({ peer: skipped.up, own: skipped.down });
      this.#backend.skip({ peer: skipped.down, own: skipped.up });
      return blocks.done();
    }
    this.#comment(this.#about);
    this.#client.handshake(blocks, at);
    this.#backend.handshake(blocks, at);
    return blocks.done();
  }

  continued(): Uint8Array {
    this.#comment([...this.#about, 'continued from the file before']);
    return new PcapngBlocks(0).done();
  }

  data(direction: Direction, bytes: Uint8Array, at: number): Uint8Array {
    const blocks = new PcapngBlocks(roomFor(bytes.length));
    this.#client.data(blocks, near(direction), bytes, at);
    this.#backend.data(blocks, far(direction), bytes, at);
    return blocks.done();
  }

  fin(direction: Direction, at: number): Uint8Array {
    const blocks = new PcapngBlocks();
    this.#client.fin(blocks, near(direction), at);
    this.#backend.fin(blocks, far(direction), at);
    return blocks.done();
  }

  failed(direction: Direction, reason: CloseReason, at: number): Uint8Array {
    const blocks = new PcapngBlocks();
    if (direction === 'up') {
      this.#broken(blocks, this.#client, isBy(reason, 'client'), at);
      this.#backend.reset(blocks, 'own', at);
    } else {
      this.#broken(blocks, this.#backend, isBy(reason, 'backend'), at);
      this.#client.reset(blocks, 'own', at);
    }
    return blocks.done();
  }

  ended(reason: CloseReason, at: number): Uint8Array {
    const blocks = new PcapngBlocks();
    if (reason === 'client-fin' || reason === 'backend-fin') return blocks.done();
    const text = `connection ${formatConnectionId(this.#captured.id)} ended: ${reason}`;
    if (!this.#client.isOver) this.#client.comment(text);
    this.#broken(blocks, this.#client, isBy(reason, 'client'), at);
    this.#client.reset(blocks, 'own', at);
    if (!this.#backend.isOver) this.#backend.comment(text);
    this.#broken(blocks, this.#backend, isBy(reason, 'backend'), at);
    this.#backend.reset(blocks, 'own', at);
    return blocks.done();
  }

  /** The leg of the side that has broken the connection. */
  #broken(blocks: PcapngBlocks, leg: Leg, how: 'reset' | 'truncated' | null, at: number): void {
    if (how === 'reset') leg.reset(blocks, 'peer', at);
    if (how === 'truncated') leg.fin(blocks, 'peer', at);
  }

  #comment(lines: readonly string[]): void {
    this.#client.comment(['client leg', ...lines].join('\n'));
    this.#backend.comment(['backend leg', ...lines].join('\n'));
  }
}

/** Who sends the bytes of a direction on the client's leg, and on the backend's. */
function near(direction: Direction): Sender {
  return direction === 'up' ? 'peer' : 'own';
}

function far(direction: Direction): Sender {
  return direction === 'up' ? 'own' : 'peer';
}

/** How a side broke the connection; null where it did not. */
function isBy(reason: CloseReason, side: 'client' | 'backend'): 'reset' | 'truncated' | null {
  if (reason === `${side}-reset`) return 'reset';
  return reason === `${side}-truncated` ? 'truncated' : null;
}

const PACKET_OVERHEAD_BYTES = 128;
const SEGMENT_BYTES_MIN = 1400;

/** About what a chunk takes on both legs. */
function roomFor(bytes: number): number {
  return 2 * (bytes + (Math.ceil(bytes / SEGMENT_BYTES_MIN) + 2) * PACKET_OVERHEAD_BYTES);
}
