import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';

/** What a hand-built ClientHello consists of; defaults make a small valid one. */
export interface HelloParts {
  readonly extensions?: readonly Uint8Array[] | null;
  readonly versionMajor?: number;
  readonly sessionId?: Uint8Array;
  readonly suites?: Uint8Array;
  readonly compression?: Uint8Array;
}

export function bytesOf(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((piece) => (typeof piece === 'number' ? Buffer.from([piece]) : Buffer.from(piece as string))),
    ),
  );
}

export function withLength8(content: Uint8Array): Uint8Array {
  return bytesOf(content.length, content);
}

export function withLength16(content: Uint8Array): Uint8Array {
  return bytesOf(content.length >> 8, content.length & 255, content);
}

export function extension(type: number, content: Uint8Array): Uint8Array {
  return bytesOf(type >> 8, type & 255, withLength16(content));
}

/** A server_name extension with these names, all of type host_name. */
export function serverName(...names: readonly (string | Uint8Array)[]): Uint8Array {
  return extension(0, withLength16(bytesOf(...names.map((name) => bytesOf(0, withLength16(bytesOf(name)))))));
}

export function alpn(...names: readonly (string | Uint8Array)[]): Uint8Array {
  return extension(16, withLength16(bytesOf(...names.map((name) => withLength8(bytesOf(name))))));
}

/** A whole ClientHello message: header and body. */
export function helloMessage(parts: HelloParts = {}): Uint8Array {
  const { extensions = [serverName('a.example.com')], versionMajor = 3 } = parts;
  const body = bytesOf(
    versionMajor,
    3,
    new Uint8Array(32).fill(7),
    withLength8(parts.sessionId ?? new Uint8Array(32)),
    withLength16(parts.suites ?? bytesOf(0x13, 0x01, 0x13, 0x02)),
    withLength8(parts.compression ?? bytesOf(0)),
    extensions === null ? '' : withLength16(bytesOf(...extensions)),
  );
  return bytesOf(1, body.length >> 16, (body.length >> 8) & 255, body.length & 255, body);
}

/** A message cut into records of at most `size` bytes. */
export function records(message: Uint8Array, size = 2 ** 14): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += size) {
    pieces.push(bytesOf(22, 3, 1, withLength16(message.subarray(at, at + size))));
  }
  return bytesOf(...pieces);
}

/** A hello whose message has exactly `bytes` bytes, the rest of it a key share. */
export function helloOfSize(bytes: number, ...extensions: readonly Uint8Array[]): Uint8Array {
  const bare = helloMessage({ extensions: [...extensions, extension(51, new Uint8Array(0))] });
  const padded = extension(51, new Uint8Array(bytes - bare.length));
  return helloMessage({ extensions: [...extensions, padded] });
}

/** The first flight of a real TLS client, read from the stream it writes to. */
export async function realHello(options: ConnectionOptions): Promise<Uint8Array> {
  const written: Buffer[] = [];
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      written.push(chunk);
      callback();
      wire.emit('flight');
    },
  });
  const flight = once(wire, 'flight');
  const client = connect({ ...options, socket: wire });
  client.on('error', () => {});
  await flight;
  client.destroy();
  return new Uint8Array(Buffer.concat(written));
}
