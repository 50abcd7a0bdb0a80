/** Something that is served for people. */
export interface Door {
  readonly url: string;
  /** Idempotent. */
  close(): Promise<void>;
}

/** What a service serves besides its listeners, by name. */
export class Doors {
  readonly #doors: Door[] = [];
  readonly urls: Record<string, string> = {};

  add(name: string, door: Door): void {
    this.#doors.push(door);
    this.urls[name] = door.url;
  }

  async close(): Promise<void> {
    await Promise.all(this.#doors.splice(0).map((door) => door.close()));
  }
}
