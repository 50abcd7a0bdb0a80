import type { ProbePlan } from '../core/health-plan.ts';
import { bytesOfText, find, latin1, NO_BYTES } from './bytes.ts';
import { type Finding, MORE, type Reader, type Script } from './dialogue.ts';
import { shown } from './shown.ts';

const HEADER_BYTES = 4;
/** Most bytes of a packet that belongs here; a longer one is no MySQL. */
const PACKET_BYTES_MAX = 32 * 1024;
const PROTOCOL_10 = 10;
const ERROR = 0xff;
const OK = 0x00;
const AUTH_SWITCH = 0xfe;
const AUTH_MORE = 0x01;

/** CLIENT_LONG_PASSWORD, _PROTOCOL_41, _SECURE_CONNECTION, _PLUGIN_AUTH. */
const CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000;
const PACKET_OFFERED_BYTES = 0x00ff_ffff;
const UTF8_GENERAL = 33;
const RESERVED_BYTES = 23;
const PLUGIN = 'mysql_native_password';
const COM_QUIT = Uint8Array.of(1, 0, 0, 0, 1);

/** Errors of a server that works and refuses this user: access denied, of several kinds, and TLS required. */
const ALIVE = new Set([1044, 1045, 1251, 1698, 3118, 3159, 4151]);
const GREETING = 'a greeting of MySQL';
const ANSWER = 'an answer to the login';

/**
 * The greeting, and a login without a password: being let in, asked for one or refused are all signs of life. Without the
 * login a server counts each probe as an error of this host, and blocks it in the end (`max_connect_errors`).
 */
export function mysql({ user }: Extract<ProbePlan, { kind: 'mysql' }>): Script {
  return {
    steps: [
      { send: NO_BYTES, await: { expected: GREETING, listen: () => packetReader(GREETING, greeting) } },
      { send: login(user), await: { expected: ANSWER, listen: () => packetReader(ANSWER, answer) } },
    ],
    farewell: NO_BYTES,
  };
}

type Decide = (body: Uint8Array, end: number) => Finding | null;

/** Hands over the first whole packet: three bytes of length, a number, the body. null = it does not belong here. */
function packetReader(expected: string, decide: Decide): Reader {
  return (bytes) => {
    const strange: Finding = { kind: 'bad', cause: `expected ${expected}, got ${shown(bytes)}` };
    if (bytes.length < HEADER_BYTES) return MORE;
    const length = (bytes[0] as number) | ((bytes[1] as number) << 8) | ((bytes[2] as number) << 16);
    if (length === 0 || length > PACKET_BYTES_MAX) return strange;
    const end = HEADER_BYTES + length;
    return bytes.length < end ? MORE : (decide(bytes.subarray(HEADER_BYTES, end), end) ?? strange);
  };
}

function greeting(body: Uint8Array, end: number): Finding | null {
  if (body[0] === ERROR) return error(body);
  if (body[0] !== PROTOCOL_10) return null;
  const zero = find(body, 0, 1);
  return {
    kind: 'good',
    bytes: end,
    said: `greeted as ${shown(body.subarray(1, zero < 0 ? body.length : zero))}`,
  };
}

function answer(body: Uint8Array, end: number): Finding | null {
  switch (body[0]) {
    case OK:
      return { kind: 'good', bytes: end, said: 'let in', farewell: COM_QUIT };
    case AUTH_SWITCH:
    case AUTH_MORE:
      return { kind: 'good', bytes: end, said: 'asked for a password' };
    case ERROR: {
      const code = codeOf(body);
      return ALIVE.has(code) ? { kind: 'good', bytes: end, said: `answered ${describe(body)}` } : error(body);
    }
    default:
      return null;
  }
}

function error(body: Uint8Array): Finding {
  return { kind: 'bad', cause: `expected a server that takes clients, got the error ${describe(body)}` };
}

function codeOf(body: Uint8Array): number {
  return (body[1] ?? 0) | ((body[2] ?? 0) << 8);
}

/** With a SQLSTATE between `#` and the text, but in a greeting, which knows nothing of the client yet. */
function describe(body: Uint8Array): string {
  const text = body.subarray(latin1(body.subarray(3, 4)) === '#' ? 9 : 3);
  return `${codeOf(body)} ${shown(text)}`;
}

/** HandshakeResponse41, with an empty password. */
function login(user: string): Uint8Array {
  const name = bytesOfText(user);
  const plugin = bytesOfText(PLUGIN);
  const length = 4 + 4 + 1 + RESERVED_BYTES + name.length + 1 + 1 + plugin.length + 1;
  const bytes = new Uint8Array(HEADER_BYTES + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length | (1 << 24), true); // packet number 1
  view.setUint32(4, CAPABILITIES, true);
  view.setUint32(8, PACKET_OFFERED_BYTES, true);
  view.setUint8(12, UTF8_GENERAL);
  const nameAt = 13 + RESERVED_BYTES;
  bytes.set(name, nameAt);
  bytes.set(plugin, nameAt + name.length + 2);
  return bytes;
}
