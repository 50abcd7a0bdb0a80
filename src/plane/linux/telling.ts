import type { EndpointObserver } from '../../core/ports.ts';
import type { Home } from './home.ts';

/** The observer of an endpoint. What it throws is reported and hurts nobody; nothing is told after `closed`. */
export class Telling {
  readonly #home: Home;
  #observer: EndpointObserver | null = null;

  constructor(home: Home) {
    this.#home = home;
  }

  observe(observer: EndpointObserver): void {
    this.#observer = observer;
  }

  data(bytes: Uint8Array): void {
    try {
      this.#observer?.data({ bytes, at: this.#home.reactor.turnedAt, borrowed: true });
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  moved(bytes: number): void {
    try {
      this.#observer?.moved(bytes, this.#home.reactor.turnedAt);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  accepted(bytes: number): void {
    try {
      this.#observer?.accepted(bytes);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  held(view: Uint8Array): void {
    this.#tell((observer) => observer.held(view));
  }

  fin(): void {
    this.#tell((observer) => observer.fin());
  }

  finished(): void {
    this.#tell((observer) => observer.finished());
  }

  progress(): void {
    this.#tell((observer) => observer.progress());
  }

  reset(code: string): void {
    this.#tell((observer) => observer.reset(code));
  }

  closed(): void {
    this.#tell((observer) => observer.closed());
    this.#observer = null;
  }

  #tell(call: (observer: EndpointObserver) => void): void {
    if (this.#observer === null) return;
    try {
      call(this.#observer);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }
}
