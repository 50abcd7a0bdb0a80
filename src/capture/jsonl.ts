import { formatAddress } from '../core/address.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import type { CapturedConnection, CapturedLeg } from './captured.ts';
import { type CaptureEncoder, type ConnectionEncoder, NONE_SKIPPED, NOTHING } from './format.ts';
import { formatTime } from './time.ts';

/** A line of JSON for each thing that happens; `time`, `event` and `connection` are in all. */
export function jsonl(): CaptureEncoder {
  return { begin: () => NOTHING, connection };
}

function connection(captured: CapturedConnection): ConnectionEncoder {
  const id = formatConnectionId(captured.id);
  const line = (at: number, event: string, fields: object) =>
    Buffer.from(`${JSON.stringify({ time: formatTime(at), event, connection: id, ...fields })}\n`);
  return {
    opened: (at, skipped = NONE_SKIPPED) =>
      line(at, 'open', {
        ...said(captured),
        ...(skipped.up + skipped.down === 0 ? {} : { skipped_up: skipped.up, skipped_down: skipped.down }),
      }),
    continued: (at) => line(at, 'continued', said(captured)),
    data: (direction, bytes, at) =>
      line(at, 'data', { direction, length: bytes.length, bytes: base64(bytes) }),
    fin: (direction, at) => line(at, 'fin', { direction }),
    failed: (direction, reason, at) => line(at, 'reset', { direction, reason }),
    ended: (reason, at) => line(at, 'close', { reason }),
  };
}

function said(captured: CapturedConnection) {
  const { listener, route, traceId, openedAt, client, backend, source, isDecrypted } = captured;
  return {
    listener,
    route,
    trace_id: traceId,
    opened: formatTime(openedAt),
    client: leg(client),
    backend: leg(backend),
    ...(source === null ? {} : { source: formatAddress(source) }),
    decrypted: isDecrypted,
  };
}

function leg({ peer, own }: CapturedLeg) {
  return { peer: formatAddress(peer), own: formatAddress(own) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
