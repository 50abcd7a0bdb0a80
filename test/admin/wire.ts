import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import type { AdminWrite } from '../../src/admin/index.ts';
import { createResponder } from '../../src/admin/respond.ts';
import type { Address } from '../../src/core/address.ts';
import type { StatusSource } from '../../src/core/status.ts';

const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 9900 };

/** A client of an admin server, without a socket between them. */
export interface Client {
  /** What the server has said. */
  readonly heard: () => string;
  say(text: string | Uint8Array): void;
  /** Goes away without a word. */
  leave(): void;
  /** Whether the server has ended the connection. */
  readonly isOver: () => boolean;
  /** How long the server lets the connection be silent, as it has said last. */
  readonly silenceMs: () => number;
}

/** The admin server as far as it answers requests: `connect` gives a client, `writes` is what `onWrite` was told. */
export function serveAdmin(source: StatusSource, token: string | null = null) {
  const writes: AdminWrite[] = [];
  const respond = createResponder(
    { bound: LOOPBACK, source, token, tokenName: token === null ? null : 'ADMIN_TOKEN', isTls: false },
    (entry) => void writes.push(entry),
  );
  const server = createServer();
  for (const event of ['request', 'checkContinue'] as const) server.on(event, respond);
  const connect = (): Client => {
    let heard = '';
    let isOver = false;
    let silenceMs = 0;
    const socket = new Duplex({
      read() {},
      write(bytes, _encoding, done) {
        heard += bytes;
        done();
      },
      final(done) {
        isOver = true;
        done();
      },
    });
    const setTimeout = (ms: number): void => {
      silenceMs = ms;
    };
    const more = { remoteAddress: '127.0.0.1', remotePort: 4711, setTimeout };
    server.emit('connection', Object.assign(socket, more));
    return {
      heard: () => heard,
      say: (text) => void socket.push(text),
      leave: () => void socket.destroy(),
      isOver: () => isOver,
      silenceMs: () => silenceMs,
    };
  };
  return { connect, writes };
}

/** A request as it is sent; `fields` are further header lines. */
export function put(body: string, ...fields: string[]): string {
  const length = fields.some((field) => /^(content-length|transfer-encoding):/i.test(field))
    ? []
    : [`Content-Length: ${Buffer.byteLength(body)}`];
  const head = [
    'PUT /v1/config HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/yaml',
    ...length,
    ...fields,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Turns of the event loop within which everything has happened that waits for no timer. */
const TURNS_MAX = 1_000;
const TURNS_SETTLED = 20;

/** Resolves when `check` no longer throws. No timer is advanced meanwhile; rejects with what it threw last. */
export async function soon(check: () => void): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    await new Promise((resolve) => void setImmediate(resolve));
    try {
      check();
      return;
    } catch (error) {
      if (turn === TURNS_MAX - 1) throw error;
    }
  }
}

/** Lets happen what is going to happen without a timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_SETTLED; turn++) await new Promise((resolve) => void setImmediate(resolve));
}
