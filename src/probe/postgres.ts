import type { ProbePlan } from '../core/health-plan.ts';
import { bytesOfText, latin1, NO_BYTES } from './bytes.ts';
import { type Finding, MORE, type Reader, type Script } from './dialogue.ts';
import { shown } from './shown.ts';

const PROTOCOL_3 = 196_608;
const HEADER_BYTES = 5;
/** Most bytes of a message that belongs here; a longer one is no PostgreSQL. */
const MESSAGE_BYTES_MAX = 32 * 1024;
/** X: what a client says that has been let in. */
const TERMINATE = Uint8Array.of(0x58, 0, 0, 0, 4);

/**
 * Errors of a server that works: it refuses this user (class 28) or has no such database (3D000). All others fail, such
 * as 57P03 (it starts, stops or recovers) and 53300 (too many connections). PostgreSQL manual, appendix A.
 */
const ALIVE = /^(28|3D000$)/;
const EXPECTED = 'an answer of PostgreSQL';

/** A start-up without a password: asking for one, letting in, and refusing the user are all signs of life. */
export function postgres({ user, database }: Extract<ProbePlan, { kind: 'postgres' }>): Script {
  const send = startup({ user, database, application_name: 'sluice' });
  return { steps: [{ send, await: { expected: EXPECTED, listen: () => reader() } }], farewell: NO_BYTES };
}

/** StartupMessage: its length, the version of the protocol, names and values. PostgreSQL manual, 55.7. */
function startup(parameters: Readonly<Record<string, string>>): Uint8Array {
  const body = bytesOfText(`${Object.entries(parameters).flat().join('\0')}\0\0`);
  const bytes = new Uint8Array(8 + body.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, bytes.length);
  view.setInt32(4, PROTOCOL_3);
  bytes.set(body, 8);
  return bytes;
}

/** What comes before the authentication, and between it and the first query. */
const BEFORE = 'REv';
const INSIDE = 'SKNZE';

/** A server that lets in can still fail before the first query, as one does that is full. */
function reader(): Reader {
  let begin = 0;
  let isInside = false;
  return (bytes) => {
    for (;;) {
      const byte = bytes[begin];
      if (byte === undefined) return MORE;
      const type = String.fromCharCode(byte);
      if (!(isInside ? INSIDE : BEFORE).includes(type)) return strange(bytes.subarray(begin));
      if (bytes.length < begin + HEADER_BYTES) return MORE;
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(begin + 1);
      if (length < 4 || length > MESSAGE_BYTES_MAX) return strange(bytes.subarray(begin));
      const end = begin + 1 + length;
      if (bytes.length < end) return MORE;
      const body = bytes.subarray(begin + HEADER_BYTES, end);
      if (type === 'E') return judge(body, end);
      if (type === 'Z') return { kind: 'good', bytes: end, said: 'let in', farewell: TERMINATE };
      if (type === 'R') {
        if (body.length !== 4 || body.some((value) => value !== 0))
          return { kind: 'good', bytes: end, said: 'asked for a password' };
        isInside = true;
      }
      begin = end;
    }
  };
}

/** Fields of an ErrorResponse: a letter, a text, a zero. C is the SQLSTATE, M the message. */
function judge(body: Uint8Array, end: number): Finding {
  const fields = new Map(
    latin1(body)
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  const code = fields.get('C') ?? 'no SQLSTATE';
  const what = `${code} ${shown(bytesOfText(fields.get('M') ?? ''))}`;
  if (ALIVE.test(code)) return { kind: 'good', bytes: end, said: `answered ${what}` };
  return { kind: 'bad', cause: `expected a server that takes clients, got the error ${what}` };
}

function strange(bytes: Uint8Array): Finding {
  return { kind: 'bad', cause: `expected ${EXPECTED}, got ${shown(bytes)}` };
}
