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
  /** Pages that are asked for together: 1, or as many as are skipped at once. */
  readonly pages: number;
}

/** Rows in sight, both included. */
export interface View {
  readonly first: number;
  readonly last: number;
}

/**
 * The pages of a list that are known, of which some are kept. A page can be asked for when the one before it is known, so a jump
 * far down walks over all between, several at once, whose rows are not kept. Rows come and go while it is read: around the edge of two pages
 * that were read at different times one may stand twice or be missed until both are read again.
 */
export class Paging<T> {
  readonly #pageRows: number;
  readonly #keptMax: number;
  readonly #skipped: number;
  /** Where each page begins that can be asked for. */
  readonly #cursors = new Map<number, string | null>([[0, null]]);
  /** The last page; null = it is not known. */
  #end: number | null = null;
  readonly #pages = new Map<number, readonly T[]>();
  #matched: number | null = null;

  /** Pages have `pageRows` rows, the last one fewer; `keptMax` of them are kept, `skipped` are skipped at once. */
  constructor(pageRows: number, keptMax: number, skipped = 1) {
    this.#pageRows = pageRows;
    this.#keptMax = keptMax;
    this.#skipped = skipped;
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
    const page = this.#inSight(view).find((each) => !this.#pages.has(each));
    return page === undefined || this.#isBeyond(page) ? null : this.#towards(page);
  }

  /** What to ask for to have all in sight anew. */
  refresh(view: View): PageRequest[] {
    return this.#inSight(view).flatMap((page) => {
      const cursor = this.#cursors.get(page);
      return cursor === undefined ? [] : [{ page, cursor, pages: 1 }];
    });
  }

  /** The answer to a request. */
  take({ page, pages }: Pick<PageRequest, 'page' | 'pages'>, { rows, next, matched }: Page<T>): void {
    this.#matched = matched;
    const told = Math.max(1, Math.ceil(rows.length / this.#pageRows));
    if (pages === 1) this.#pages.set(page, rows);
    if (next === null) this.#endAt(page + told - 1);
    else {
      this.#cursors.set(page + pages, next);
      if (this.#end !== null && this.#end < page + pages) this.#end = null;
    }
    this.#forgetFarFrom(page);
  }

  #isBeyond(page: number): boolean {
    return this.#end !== null && page > this.#end;
  }

  /** The page itself, or what leads to it from the nearest one before it that can be asked for. */
  #towards(page: number): PageRequest {
    let from = page;
    while (!this.#cursors.has(from)) from--;
    const pages = page - from >= this.#skipped ? this.#skipped : 1;
    return { page: from, cursor: this.#cursors.get(from) ?? null, pages };
  }

  #inSight({ first, last }: View): number[] {
    const from = Math.floor(Math.max(0, first) / this.#pageRows);
    const to = Math.max(from, Math.floor(last / this.#pageRows));
    return Array.from({ length: Math.min(this.#keptMax, to - from + 1) }, (_, index) => from + index);
  }

  #endAt(page: number): void {
    this.#end = page;
    for (const other of this.#cursors.keys()) if (other > page) this.#cursors.delete(other);
    for (const other of this.#pages.keys()) if (other > page) this.#pages.delete(other);
  }

  #forgetFarFrom(page: number): void {
    while (this.#pages.size > this.#keptMax) {
      const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page))[0];
      if (far !== undefined) this.#pages.delete(far);
    }
  }
}
