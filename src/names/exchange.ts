import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Cancellable } from '../core/ports.ts';
import { encodeQuestion, type RecordType, readAnswer, type Said } from './message.ts';

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** One question to one server. */
export interface Exchange {
  readonly server: Server;
  readonly name: string;
  readonly type: RecordType;
  /** Over UDP, and once more over TCP where the answer is too long. */
  readonly timeoutMs: number;
}

/** What comes of it: what the server said, or why it said nothing: `timeout`, `ECONNREFUSED` … */
export type Outcome = Exclude<Said, { kind: 'truncated' }>;

const IDS = 65_536;
/** Two bytes of length go before a message on TCP (RFC 1035, section 4.2.2). */
const LENGTH_BYTES = 2;

/**
 * Asks one server once. Each question has a socket of its own, so that the system chooses another port for each, and an id
 * from a good source of chance: who does not see the question cannot guess both (RFC 5452). Messages that do not answer it
 * are passed over. `done` is called once, never after `cancel`.
 */
export function exchange(question: Exchange, done: (outcome: Outcome) => void): Cancellable {
  let under = overUdp(question, (said) => {
    if (said.kind !== 'truncated') done(said);
    else under = overTcp(question, done);
  });
  return { cancel: () => under.cancel() };
}

function overUdp({ server, name, type, timeoutMs }: Exchange, done: (said: Said) => void): Cancellable {
  const id = randomInt(IDS);
  const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
  const once = settling(timeoutMs, () => socket.close(), done);
  socket.on('error', (error: NodeJS.ErrnoException) => once.settle(broken(error)));
  socket.on('message', (bytes) => {
    const said = readAnswer(bytes, id, name, type);
    if (said !== null) once.settle(said);
  });
  socket.connect(server.port, server.host, () => {
    if (!once.isSettled()) socket.send(encodeQuestion(id, name, type));
  });
  return once;
}

function overTcp({ server, name, type, timeoutMs }: Exchange, done: (outcome: Outcome) => void): Cancellable {
  const id = randomInt(IDS);
  const socket = connect({ host: server.host, port: server.port });
  const once = settling<Outcome>(timeoutMs, () => socket.destroy(), done);
  let held = Buffer.alloc(0);
  socket.on('error', (error: NodeJS.ErrnoException) => once.settle(broken(error)));
  socket.on('close', () => once.settle({ kind: 'refused', cause: 'closed' }));
  socket.on('data', (bytes) => {
    held = Buffer.concat([held, bytes]);
    if (held.length < LENGTH_BYTES || held.length < LENGTH_BYTES + held.readUInt16BE(0)) return;
    const said = readAnswer(held.subarray(LENGTH_BYTES, LENGTH_BYTES + held.readUInt16BE(0)), id, name, type);
    once.settle(said === null || said.kind === 'truncated' ? { kind: 'refused', cause: 'FORMERR' } : said);
  });
  const message = encodeQuestion(id, name, type);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(message.length);
  socket.write(Buffer.concat([length, message]));
  return once;
}

interface Settling<T> extends Cancellable {
  settle(value: T): void;
  isSettled(): boolean;
}

/** Hands over the first value there is, `timeout` after a while; `release` is called once, whatever ends it. */
function settling<T extends Said>(
  timeoutMs: number,
  release: () => void,
  done: (value: T | { readonly kind: 'refused'; readonly cause: string }) => void,
): Settling<T | { readonly kind: 'refused'; readonly cause: string }> {
  let isSettled = false;
  const end = (): boolean => {
    if (isSettled) return false;
    isSettled = true;
    clearTimeout(timer);
    release();
    return true;
  };
  const settle = (value: T | { readonly kind: 'refused'; readonly cause: string }): void => {
    if (end()) done(value);
  };
  const timer = setTimeout(() => settle({ kind: 'refused', cause: 'timeout' }), timeoutMs);
  return { settle, isSettled: () => isSettled, cancel: () => void end() };
}

function broken(error: NodeJS.ErrnoException): { readonly kind: 'refused'; readonly cause: string } {
  return { kind: 'refused', cause: error.code ?? error.message };
}
