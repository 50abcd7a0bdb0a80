import type { EndpointObserver } from '../core/ports.ts';
import type { Connection } from './connection.ts';

/**
 * Watches the client until a backend is joined: bytes are held, a FIN is kept for later, a RST ends the connection.
 * What it learned is read by the relay that takes over.
 */
export class ClientWatch implements EndpointObserver {
  readonly #connection: Connection;
  /** Bytes held and not consumed. */
  heldBytes = 0;
  /** The client has sent FIN. */
  sentFin = false;
  /** Told of what is held, while someone looks at it. */
  onHeld: ((held: Uint8Array) => void) | null = null;
  /** Told of the FIN, while someone waits for more bytes. */
  onFin: (() => void) | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** It watches another endpoint from here on, of which nothing is known. */
  restart(): void {
    this.heldBytes = 0;
    this.sentFin = false;
  }

  held(held: Uint8Array): void {
    this.heldBytes = held.length;
    this.#connection.guard(() => this.onHeld?.(held));
  }

  fin(): void {
    this.sentFin = true;
    this.#connection.guard(() => {
      this.#connection.send({ type: 'client.fin' });
      this.onFin?.();
    });
  }

  reset(code: string): void {
    this.#connection.guard(() => this.#connection.peerReset('client', code));
  }

  closed(): void {
    this.#connection.guard(() => this.#connection.endpointClosed());
  }

  data(): void {}
  moved(): void {}
  accepted(): void {}
  progress(): void {}
  finished(): void {}
}
