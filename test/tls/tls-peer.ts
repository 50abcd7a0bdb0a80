import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, createSecureContext, TLSSocket } from 'node:tls';
import type { Address } from '../../src/core/address.ts';
import type { Peer } from '../plane/contract/world.ts';
import { testAuthority } from '../support/certificates.ts';

/** A peer that speaks TLS by Node's own streams over a raw one: it shares nothing with the code under test but OpenSSL. */
export class TlsPeer implements Peer {
  receivedBytes = 0;
  isSecure = false;
  error: string | null = null;
  readonly raw: Peer;
  readonly tls: TLSSocket;
  readonly #chunks: Buffer[] = [];
  #ended = false;
  #listener: (bytes: Uint8Array) => void = () => {};

  /** `options` are the client's: the name it asks for, what it offers and shows. */
  constructor(raw: Peer, isServer: boolean, options: ConnectionOptions = {}) {
    this.raw = raw;
    const stream = new Duplex({
      read: () => {},
      write: (bytes, _encoding, done) => {
        raw.write(bytes);
        done();
      },
      // In one piece: else Nagle's algorithm keeps the rest of a record from a reader that is paused.
      writev: (chunks, done) => {
        raw.write(Buffer.concat(chunks.map(({ chunk }) => chunk)));
        done();
      },
      final: (done) => {
        raw.end();
        done();
      },
    });
    raw.onData((bytes) => {
      if (!stream.destroyed) stream.push(Buffer.from(bytes));
    });
    this.tls = isServer
      ? asServer(stream)
      : connect({ socket: stream, rejectUnauthorized: false, ...options });
    const secure = () => {
      this.isSecure = true;
    };
    this.tls.on('secure', secure);
    this.tls.on('data', (bytes: Buffer) => {
      this.#chunks.push(bytes);
      this.receivedBytes += bytes.length;
      this.#listener(bytes);
    });
    this.tls.on('end', () => {
      this.#ended = true;
    });
    this.tls.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
    });
  }

  get local(): Address {
    return this.raw.local;
  }
  get connected(): boolean {
    return this.isSecure;
  }
  get refused(): boolean {
    return this.raw.refused;
  }
  get received(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
  /** close_notify, and FIN behind it. */
  get sawFin(): boolean {
    return this.#ended && this.raw.sawFin;
  }
  get sawReset(): boolean {
    return this.raw.sawReset;
  }
  get queued(): number {
    return this.raw.queued;
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }
  write(bytes: Uint8Array): void {
    this.tls.write(Uint8Array.from(bytes));
  }
  end(): void {
    if (this.isSecure) this.tls.end();
    else this.tls.once('secure', () => this.tls.end());
  }
  reset(): void {
    this.raw.reset();
  }
  stopReading(): void {
    this.raw.stopReading();
  }
  startReading(): void {
    this.raw.startReading();
  }
  readSlowly(): void {
    this.raw.readSlowly();
  }
}

function asServer(stream: Duplex): TLSSocket {
  const { cert, key } = testAuthority().issue({ names: ['a.test'] });
  return new TLSSocket(stream as unknown as ConstructorParameters<typeof TLSSocket>[0], {
    isServer: true,
    secureContext: createSecureContext({ cert, key }),
  });
}
