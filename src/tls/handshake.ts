import type { TLSSocket } from 'node:tls';
import type { Cancellable } from '../core/ports.ts';
import type { TlsFailure, TlsHandler } from '../core/tls.ts';
import type { Below, BelowOwner } from './below.ts';
import type { Stood } from './facts.ts';
import { eofFailure, failureOf, resetFailure } from './failure.ts';
import { TlsEndpoint } from './tls-endpoint.ts';

/** What a side adds to a handshake. */
export interface Side {
  /** For messages: who did it. */
  readonly where: string;
  /** By which event node:tls says that the session stands. */
  readonly event: 'secure' | 'secureConnect';
  /** What is known of a session that stands; or why the peer is not let in all the same. */
  judge(tls: TLSSocket): Stood | { readonly error: NodeJS.ErrnoException };
}

/** From the first byte until the session stands or does not. Tells its handler once, or never after `cancel`. */
export class Handshake implements BelowOwner, Cancellable {
  readonly #tls: TLSSocket;
  readonly #below: Below;
  readonly #side: Side;
  readonly #handler: TlsHandler;
  readonly #onError: (error: unknown) => void;
  #isOver = false;

  constructor(
    tls: TLSSocket,
    below: Below,
    side: Side,
    handler: TlsHandler,
    onError: (error: unknown) => void,
  ) {
    this.#tls = tls;
    this.#below = below;
    this.#side = side;
    this.#handler = handler;
    this.#onError = onError;
    below.owner = this;
    tls.on(side.event, this.#stands);
    tls.on('error', this.#failed);
  }

  cancel(): void {
    if (!this.#isOver) this.#leave();
  }

  // From below.

  cut(): void {
    this.#left(eofFailure(this.#side.where));
  }

  broken(code: string): void {
    this.#left(resetFailure(code, this.#side.where));
  }

  gone(): void {
    this.#left(resetFailure('ECONNABORTED', this.#side.where));
  }

  fed(): void {}
  accepted(): void {}
  wroteLast(): void {}
  progress(): void {}
  finished(): void {}

  readonly #stands = (): void => {
    if (this.#isOver) return;
    const judged = this.#side.judge(this.#tls);
    if ('error' in judged) {
      this.#failed(judged.error);
      return;
    }
    this.#isOver = true;
    const endpoint = new TlsEndpoint(this.#tls, this.#below, this.#onError);
    try {
      this.#handler.secured(endpoint, judged.facts, judged.peerEnds);
    } catch (error) {
      this.#onError(error);
    }
  };

  readonly #failed = (error: NodeJS.ErrnoException): void => {
    this.#fail(failureOf(error, this.#side.where));
  };

  /** The peer left; where that is because TLS has failed, node:tls has the error already and tells it in a later tick. */
  #left(failure: TlsFailure): void {
    const { errored } = this.#tls;
    this.#fail(errored === null ? failure : failureOf(errored, this.#side.where));
  }

  #fail(failure: TlsFailure): void {
    if (this.#isOver) return;
    this.#leave();
    try {
      this.#handler.failed(failure);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** The endpoint below is the caller's again. */
  #leave(): void {
    this.#isOver = true;
    this.#below.owner = null;
    this.#below.mute();
    this.#below.endpoint.pause();
    this.#tls.destroy();
  }
}
