import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { later } from './cleanup.ts';

/** What RFC 6455 section 1.3 appends to the key of a handshake. */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OPCODE_BINARY = 2;
const OPCODE_CLOSE = 8;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Answers a handshake and echoes every frame, the closing one last. RFC 6455 sections 4.2 and 5. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const key = request.headers['sec-websocket-key'] ?? '';
  const answer = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptFor(key)}`,
  ];
  socket.write(`${answer.join('\r\n')}\r\n\r\n`);
  const reader = new FrameReader();
  const echo = (bytes: Buffer): void => {
    for (const { opcode, payload } of reader.read(bytes)) {
      socket.write(encodeFrame(opcode, payload, null));
      if (opcode === OPCODE_CLOSE) socket.end();
    }
  };
  socket.on('error', () => {}); // the client left; there is nobody to tell
  socket.on('data', echo);
  if (head.length > 0) echo(head);
}

/** The client's end of a WebSocket, by hand. */
export class WebSocketClient {
  readonly #socket: Duplex;
  readonly #reader = new FrameReader();
  readonly #frames: Frame[] = [];
  #wake: (() => void) | null = null;
  #ended = false;

  private constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    for (const event of ['end', 'error', 'close']) socket.on(event, () => this.#end());
    if (head.length > 0) this.#take(head);
    later(() => void socket.destroy());
  }

  /** Connects and upgrades. Rejects where the answer is not the one that RFC 6455 asks for. */
  static open(url: string): Promise<WebSocketClient> {
    const key = randomBytes(16).toString('base64');
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': key,
    };
    return new Promise((resolve, reject) => {
      const handshake = request(url, { headers, agent: false });
      handshake.once('error', reject);
      handshake.once('response', (response) => reject(new Error(`answered ${response.statusCode}, not 101`)));
      handshake.once('upgrade', (response, socket, head) => {
        if (response.headers['sec-websocket-accept'] !== acceptFor(key)) reject(new Error('wrong accept'));
        else resolve(new WebSocketClient(socket, head));
      });
      handshake.end();
    });
  }

  send(payload: Buffer): void {
    this.#socket.write(encodeFrame(OPCODE_BINARY, payload, randomBytes(4)));
  }

  /** Sends the closing frame. */
  close(): void {
    this.#socket.write(encodeFrame(OPCODE_CLOSE, Buffer.from([0x03, 0xe8]), randomBytes(4)));
  }

  /** The next frame; null once the server has ended the connection. */
  async next(): Promise<Frame | null> {
    while (this.#frames.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift() ?? null;
  }

  #take(bytes: Buffer): void {
    this.#frames.push(...this.#reader.read(bytes));
    this.#wake?.();
  }

  #end(): void {
    this.#ended = true;
    this.#wake?.();
  }
}

function acceptFor(key: string): string {
  return createHash('sha1')
    .update(key + HANDSHAKE_GUID)
    .digest('base64');
}

/** One final frame; with a mask as a client has to send it, without as a server does. RFC 6455 section 5.2. */
function encodeFrame(opcode: number, payload: Buffer, mask: Buffer | null): Buffer {
  const long = payload.length > 0xffff;
  const short = payload.length < 126;
  const header = Buffer.alloc(short ? 2 : long ? 10 : 4);
  header[0] = 0x80 | opcode;
  header[1] = (mask === null ? 0 : 0x80) | (short ? payload.length : long ? 127 : 126);
  if (long) header.writeBigUInt64BE(BigInt(payload.length), 2);
  else if (!short) header.writeUInt16BE(payload.length, 2);
  if (mask === null) return Buffer.concat([header, payload]);
  return Buffer.concat([header, mask, applyMask(payload, mask)]);
}

function applyMask(payload: Buffer, mask: Buffer): Buffer {
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i++) masked[i] = (masked[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return masked;
}

/** Takes bytes as they come and gives the frames they complete. */
class FrameReader {
  #held = Buffer.alloc(0);

  read(bytes: Buffer): Frame[] {
    this.#held = Buffer.concat([this.#held, bytes]);
    const frames: Frame[] = [];
    for (let frame = this.#shift(); frame !== null; frame = this.#shift()) frames.push(frame);
    return frames;
  }

  #shift(): Frame | null {
    const held = this.#held;
    if (held.length < 2) return null;
    const [first, second] = [held[0] ?? 0, held[1] ?? 0];
    const [code, masked] = [second & 0x7f, (second & 0x80) !== 0];
    const extended = code === 126 ? 2 : code === 127 ? 8 : 0;
    const start = 2 + extended + (masked ? 4 : 0);
    if (held.length < start) return null;
    const length =
      extended === 0 ? code : extended === 2 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
    if (held.length < start + length) return null;
    const payload = held.subarray(start, start + length);
    this.#held = held.subarray(start + length);
    return {
      opcode: first & 0x0f,
      payload: masked ? applyMask(payload, held.subarray(start - 4, start)) : payload,
    };
  }
}
