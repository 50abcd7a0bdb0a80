/** Sends what was given last: never two at once, and no more often than each `everyMs`. What is overtaken is not sent. */
export class Latest<T> {
  readonly #send: (value: T) => Promise<unknown>;
  readonly #everyMs: number;
  #next: { readonly value: T } | null = null;
  #isBusy = false;

  constructor(send: (value: T) => Promise<unknown>, everyMs: number) {
    this.#send = send;
    this.#everyMs = everyMs;
  }

  /** Something waits to be sent, or is under way. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Sends it, soon. */
  put(value: T): void {
    this.#next = { value };
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#next !== null) {
      await new Promise((resolve) => setTimeout(resolve, this.#everyMs));
      const { value } = this.#next;
      this.#next = null;
      await this.#send(value).catch(() => {});
    }
    this.#isBusy = false;
  }
}
