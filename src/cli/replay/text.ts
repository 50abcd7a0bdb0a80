import type { CaughtStreams } from '../../capture/index.ts';
import { type Difference, SHOWN_BEFORE_BYTES_MAX } from './comparison.ts';
import type { StreamResult, Timing } from './result.ts';
import type { Totals } from './run-streams.ts';

/** A result for people: a line, and what differs below it. */
export function resultText(result: StreamResult): string {
  const { number, stream, outcome, why, sent, came, end, difference } = result;
  const head = `${number} ${stream.client} > ${stream.server}: ${outcome}`;
  if (outcome === 'left-out') return `${head}: ${why}\n`;
  const lines = [
    `${head}; sent ${sent} of ${bytes(stream.up.bytes)}, answer ${bytes(came)}, ${end}; first byte ${times(result.firstByteMs)}`,
    ...(outcome === 'different' ? differing(result) : []),
    ...(difference === null ? [] : shown(difference)),
    ...notes(stream).map((note) => `  note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A result as a line of JSON. */
export function resultJson(result: StreamResult): string {
  const { number, stream, outcome, why, difference, sent, came, end, firstByteMs, durationMs } = result;
  return line({
    event: 'stream',
    ...{ number, client: stream.client, server: stream.server, outcome, why },
    difference:
      difference === null
        ? null
        : {
            byte: difference.at + 1,
            before: hex(difference.before),
            captured: hex(difference.captured),
            now: hex(difference.now),
          },
    sent: { captured: stream.up.bytes, now: sent },
    answer: { captured: stream.down.bytes, now: came },
    end: { captured: stream.down.end, now: end },
    first_byte_ms: rounded(firstByteMs),
    duration_ms: rounded(durationMs),
    notes: notes(stream),
  });
}

/** The last line. */
export function totalsText({ equal, different, leftOut, late }: Totals, isJson: boolean): string {
  if (isJson) return line({ event: 'summary', equal, different, left_out: leftOut, late });
  const tail = late === 0 ? '' : `, ${late} begun late for want of --concurrency`;
  return `${equal} equal, ${different} different, ${leftOut} left out${tail}\n`;
}

/** What of a file could not be read. */
export function warningsOf({ cut, otherPackets, droppedSegments }: CaughtStreams): string[] {
  return [
    ...(cut?.why === 'damage'
      ? [`the file is damaged or cut off at byte ${cut.at + 1}: what follows is not read`]
      : []),
    ...(cut?.why === 'limit'
      ? [`the file has too many packets: those from byte ${cut.at + 1} on are not read`]
      : []),
    ...(otherPackets > 0 ? [`${otherPackets} packets are not whole segments of TCP and were left out`] : []),
    ...(droppedSegments > 0 ? [`${droppedSegments} segments belong to more connections than are read`] : []),
  ];
}

function differing({ stream, came, end, why }: StreamResult): string[] {
  const { down } = stream;
  return [
    ...(why === '' ? [] : [`  ${why}`]),
    ...(came === down.bytes ? [] : [`  answer: captured ${bytes(down.bytes)}, now ${bytes(came)}`]),
    ...(end === down.end ? [] : [`  end of the answer: captured ${down.end}, now ${end}`]),
  ];
}

function shown({ at, before, captured, now }: Difference): string[] {
  const from = String(at - before.length + 1);
  const row = (bytes: Uint8Array) => {
    const left = hex(before).padStart(3 * SHOWN_BEFORE_BYTES_MAX - 1);
    return `byte ${from}: ${left} | ${bytes.length === 0 ? '(nothing)' : hex(bytes)}  ${printable(bytes)}`.trimEnd();
  };
  return [
    `  first difference at byte ${at + 1}`,
    `    captured ${row(captured)}`,
    `    now      ${row(now)}`,
  ];
}

/** What is odd about a captured connection. */
function notes({ knownBy, hasSyn, up, down }: StreamResult['stream']): string[] {
  const guess = { syn: '', direction: '', port: ' by the ports', first: ' by who speaks first' }[knownBy];
  const missing =
    down.gap === null
      ? []
      : [`the captured answer has a gap behind byte ${down.gap.at}: compared up to there`];
  const repeated = up.repeated + down.repeated;
  return [
    ...(hasSyn ? [] : ['the beginning was not captured']),
    ...(guess === '' ? [] : [`the client was told from the server${guess}`]),
    ...missing,
    ...(repeated === 0 ? [] : [`${bytes(repeated)} were captured more than once`]),
    ...(up.early + down.early === 0 ? [] : [`${up.early + down.early} segments were captured out of order`]),
  ];
}

function times({ captured, now }: Timing): string {
  return `after ${ms(now)} (captured ${ms(captured)})`;
}

function ms(time: number | null): string {
  return time === null ? 'never' : `${time.toFixed(1)}ms`;
}

function rounded({ captured, now }: Timing): Timing {
  const round = (time: number | null) => (time === null ? null : Math.round(time * 1000) / 1000);
  return { captured: round(captured), now: round(now) };
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function printable(bytes: Uint8Array): string {
  return [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
