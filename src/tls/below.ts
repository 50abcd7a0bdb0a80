import { Duplex } from 'node:stream';
import { type Chunk, keep } from '../core/chunk.ts';
import type { Endpoint, EndpointObserver } from '../core/ports.ts';

/** Who is told what comes of the endpoint below: first the handshake, then the endpoint above. */
export interface BelowOwner {
  /** TLS was given what came, and has answered what it answers by itself. */
  fed(): void;
  /** The peer's FIN came, and TLS has had its chance to say what stood before it. */
  cut(): void;
  /** The peer has reset, or its network lost it. */
  broken(code: string): void;
  /** More of the cipher text was accepted. */
  accepted(): void;
  /** TLS has nothing more to say: what it wrote last was close_notify. */
  wroteLast(): void;
  progress(): void;
  finished(): void;
  gone(): void;
}

/**
 * The endpoint that carries the cipher text, and the stream by which node:tls reads and writes it. The stream never ends:
 * node:tls takes its end for one of the session. So what ends for TLS was ended by a close_notify, and a FIN is for the
 * owner alone.
 *
 * Both ways are without a queue of their own. What comes is decrypted at once, so whoever wants less pauses the endpoint;
 * what goes waits in the endpoint, which says when it was accepted.
 */
export class Below implements EndpointObserver {
  readonly endpoint: Endpoint;
  readonly stream: Duplex;
  owner: BelowOwner | null = null;
  /** When what TLS reads now had been read. */
  at = 0;
  /** Bytes of cipher text that were written, and those of them that were accepted. */
  written = 0;
  taken = 0;
  #isMute = false;
  readonly #needNode: () => void;

  /** `needNode`: see `TlsSessionsOptions`. */
  constructor(endpoint: Endpoint, needNode: () => void) {
    this.endpoint = endpoint;
    this.#needNode = needNode;
    this.stream = new Duplex({
      allowHalfOpen: true,
      read: nothing,
      write: (bytes: Buffer, _encoding, done) => {
        this.#write(bytes);
        done();
      },
      writev: (chunks, done) => {
        this.#write(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)));
        done();
      },
      final: (done) => {
        if (!this.#isMute) this.owner?.wroteLast();
        done();
      },
    });
    this.stream.on('error', nothing);
  }

  /** Nothing that TLS still has to say is sent. */
  mute(): void {
    this.#isMute = true;
  }

  /** To be called after each call that may leave something for Node's own loop to do. */
  touched(): void {
    this.#needNode();
  }

  data(chunk: Chunk): void {
    this.at = chunk.at;
    if (!this.stream.destroyed) this.stream.push(keep(chunk).bytes);
    this.owner?.fed();
    this.touched();
  }

  fin(): void {
    // What was pushed may wait for node:tls to begin reading, and the end of a stream is told in a later tick.
    setImmediate(() => this.owner?.cut());
    this.touched();
  }

  reset(code: string): void {
    this.owner?.broken(code);
  }

  accepted(bytes: number): void {
    this.taken += bytes;
    this.owner?.accepted();
  }

  progress(): void {
    this.owner?.progress();
  }

  finished(): void {
    this.owner?.finished();
  }

  closed(): void {
    this.owner?.gone();
  }

  held(): void {}
  moved(): void {}

  #write(bytes: Buffer): void {
    if (this.#isMute) return;
    this.written += bytes.length;
    this.endpoint.write({ bytes, at: 0, borrowed: false });
    this.touched();
  }
}

function nothing(): void {}
