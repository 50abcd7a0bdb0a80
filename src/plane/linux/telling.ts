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
    try {
      this.#observer?.held(view);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  fin(): void {
    try {
      this.#observer?.fin();
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  finished(): void {
    try {
      this.#observer?.finished();
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  progress(): void {
    try {
      this.#observer?.progress();
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  reset(code: string): void {
    try {
      this.#observer?.reset(code);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  closed(): void {
    const observer = this.#observer;
    this.#observer = null;
    try {
      observer?.closed();
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }
}
