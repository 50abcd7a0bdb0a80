/** A page of a list that is read by cursors. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** The cursor of the next page; null = this is the last. */
  readonly next: string | null;
  /** Rows on all pages. */
  readonly matched: number;
}

/** A page to ask for. */
export interface PageRequest {
  readonly page: number;
  /** null: the first page. */
  readonly cursor: string | null;
}

/** Rows in sight, both included. */
export interface View {
  readonly first: number;
  readonly last: number;
}

/**
 * The pages of a list that are known, of which some are kept. A page can be asked for when the one before it is known, so a jump
 * far down asks for all between, whose rows are forgotten again. Rows come and go while it is read: around the edge of two pages
 * that were read at different times one may stand twice or be missed until both are read again.
 */
export class Paging<T> {
  readonly #pageRows: number;
  readonly #keptMax: number;
  /** Where each page begins that can be asked for. */
  #cursors: (string | null)[] = [null];
  readonly #pages = new Map<number, readonly T[]>();
  #matched: number | null = null;

  /** Pages have `pageRows` rows, the last one fewer; `keptMax` of them are kept. */
  constructor(pageRows: number, keptMax: number) {
    this.#pageRows = pageRows;
    this.#keptMax = keptMax;
  }

  /** Rows of the whole list; null before the first answer. */
  get matched(): number | null {
    return this.#matched;
  }

  /** null where it is not known, or not kept. */
  row(index: number): T | null {
    return this.#pages.get(Math.floor(index / this.#pageRows))?.[index % this.#pageRows] ?? null;
  }

  /** All rows that are kept, in order. */
  kept(): T[] {
    return [...this.#pages.keys()].sort((a, b) => a - b).flatMap((page) => this.#pages.get(page) ?? []);
  }

  /** What to ask for so that all in sight is known; null where it is. */
  missing(view: View): PageRequest | null {
    for (const page of this.#inSight(view)) {
      if (this.#pages.has(page)) continue;
      const known = this.#cursors.length - 1;
      if (page <= known) return this.#request(page);
      // The last one known, where it was read, had no next: the list ends there.
      if (!this.#pages.has(known)) return this.#request(known);
    }
    return null;
  }

  /** What to ask for to have all in sight anew. */
  refresh(view: View): PageRequest[] {
    return this.#inSight(view)
      .filter((page) => page < this.#cursors.length)
      .map((page) => this.#request(page));
  }

  take(page: number, { rows, next, matched }: Page<T>): void {
    this.#matched = matched;
    this.#pages.set(page, rows);
    if (next === null) this.#endAt(page);
    else this.#cursors[page + 1] = next;
    this.#forgetFarFrom(page);
  }

  #inSight({ first, last }: View): number[] {
    const from = Math.floor(Math.max(0, first) / this.#pageRows);
    const to = Math.max(from, Math.floor(last / this.#pageRows));
    return Array.from({ length: Math.min(this.#keptMax, to - from + 1) }, (_, index) => from + index);
  }

  #request(page: number): PageRequest {
    return { page, cursor: this.#cursors[page] ?? null };
  }

  #endAt(page: number): void {
    this.#cursors.length = page + 1;
    for (const other of this.#pages.keys()) if (other > page) this.#pages.delete(other);
  }

  #forgetFarFrom(page: number): void {
    while (this.#pages.size > this.#keptMax) {
      const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page))[0];
      if (far !== undefined) this.#pages.delete(far);
    }
  }
}
