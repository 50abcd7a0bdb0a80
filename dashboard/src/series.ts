/** The last values of a few named lines over one time axis, the oldest first; for plots. */
export class Series {
  readonly #lines: readonly string[];
  readonly #capacity: number;
  readonly #times: number[] = [];
  readonly #values: (number | null)[][];

  /** Keeps `capacity` points. */
  constructor(lines: readonly string[], capacity: number) {
    this.#lines = lines;
    this.#capacity = capacity;
    this.#values = lines.map(() => []);
  }

  /** `at` in milliseconds since 1970. A line without a value has a gap. */
  add(at: number, values: Readonly<Record<string, number>>): void {
    this.#times.push(at / 1000);
    for (const [index, line] of this.#lines.entries()) this.#values[index]?.push(values[line] ?? null);
    if (this.#times.length <= this.#capacity) return;
    this.#times.shift();
    for (const line of this.#values) line.shift();
  }

  /** Seconds since 1970, then a column for each line. */
  columns(): (number | null)[][] {
    return [[...this.#times], ...this.#values.map((line) => [...line])];
  }
}

/** What a counter grew by a second. Gives null for its first value and where it fell, as after a restart. */
export class Rate {
  #last: { readonly at: number; readonly value: number } | null = null;

  next(at: number, value: number): number | null {
    const last = this.#last;
    this.#last = { at, value };
    if (last === null || at <= last.at || value < last.value) return null;
    return ((value - last.value) * 1000) / (at - last.at);
  }
}
