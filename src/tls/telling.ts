import type { Chunk } from '../core/chunk.ts';
import type { EndpointObserver } from '../core/ports.ts';

/** Tells the observer of an endpoint; what it throws is reported, and nothing comes after `closed`. */
export class Telling {
  #observer: EndpointObserver | null = null;
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  observe(observer: EndpointObserver): void {
    this.#observer = observer;
  }

  held(held: Uint8Array): void {
    this.#call((observer) => observer.held(held));
  }

  data(chunk: Chunk): void {
    this.#call((observer) => observer.data(chunk));
  }

  fin(): void {
    this.#call((observer) => observer.fin());
  }

  reset(code: string): void {
    this.#call((observer) => observer.reset(code));
  }

  accepted(bytes: number): void {
    this.#call((observer) => observer.accepted(bytes));
  }

  progress(): void {
    this.#call((observer) => observer.progress());
  }

  finished(): void {
    this.#call((observer) => observer.finished());
  }

  closed(): void {
    const observer = this.#observer;
    this.#observer = null;
    try {
      observer?.closed();
    } catch (error) {
      this.#onError(error);
    }
  }

  #call(tell: (observer: EndpointObserver) => void): void {
    if (this.#observer === null) return;
    try {
      tell(this.#observer);
    } catch (error) {
      this.#onError(error);
    }
  }
}
