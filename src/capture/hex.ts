import { formatConnectionId } from '../core/connection-id.ts';
import type { Direction } from '../core/direction.ts';
import type { CapturedConnection } from './captured.ts';
import { describe } from './describe.ts';
import { type CaptureEncoder, type ConnectionEncoder, NONE_SKIPPED, NOTHING } from './format.ts';
import { formatTime } from './time.ts';

const ROW_BYTES = 16;
const ROW_HALF_BYTES = 8;

/**
 * For reading: a line for each thing that happens, and under data its bytes as `hexdump -C` shows them. The offsets count
 * the bytes of their direction.
 */
export function hex(): CaptureEncoder {
  return { begin: () => NOTHING, connection };
}

function connection(captured: CapturedConnection): ConnectionEncoder {
  const id = formatConnectionId(captured.id);
  const offsets: Record<Direction, number> = { up: 0, down: 0 };
  const lines = (at: number, what: string, rows: readonly string[] = []) =>
    Buffer.from(`${[`${formatTime(at)} ${id} ${what}`, ...rows].join('\n')}\n`);
  const about = () => describe(captured).map((text) => `  ${text}`);
  return {
    opened(at, skipped = NONE_SKIPPED) {
      Object.assign(offsets, skipped);
      return lines(at, 'open', about());
    },
    continued: (at) => lines(at, 'continued', about()),
    data(direction, bytes, at) {
      const from = offsets[direction];
      offsets[direction] += bytes.length;
      return lines(at, `${ARROWS[direction]} ${bytes.length} bytes`, rowsOf(bytes, from));
    },
    fin: (direction, at) => lines(at, `${ARROWS[direction]} FIN`),
    failed: (direction, reason, at) => lines(at, `${ARROWS[direction]} RST: ${reason}`),
    ended: (reason, at) => lines(at, `close: ${reason}`),
  };
}

const ARROWS = { up: 'up >', down: 'down <' } as const;

function rowsOf(bytes: Uint8Array, from: number): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES)
    rows.push(row(bytes.subarray(at, at + ROW_BYTES), from + at));
  return rows;
}

function row(bytes: Uint8Array, offset: number): string {
  let digits = '';
  let text = '';
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    digits += at === ROW_HALF_BYTES ? ` ${DIGITS[byte]}` : DIGITS[byte];
    text += SHOWN[byte];
  }
  return `${offset.toString(16).padStart(8, '0')} ${digits.padEnd(ROW_CHARS)}  |${text}|`;
}

/** Three characters a byte, and one between the halves. */
const ROW_CHARS = 3 * ROW_BYTES + 1;
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const DIGITS = BYTES.map((byte) => ` ${byte.toString(16).padStart(2, '0')}`);
const SHOWN = BYTES.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
