/**
 * Places that several threads take and give back, counted exactly. Each row has a total, moved by compare-and-exchange so
 * that it never passes its limit, and a column for each shard that says how many of them are that shard's. The columns are
 * what a dead shard is cleared by: see `reap`.
 *
 * A total is raised before the column and lowered after it, so that it is never less than the sum of the columns, and more
 * only by what is being done at that moment. A sequence for each shard is odd while it is inside such a step.
 */
export class Tally {
  readonly rows: number;
  readonly shards: number;
  readonly #cells: Int32Array;
  readonly #totals: number;
  readonly #columns: number;

  /** Over `cells`, which are `Tally.cells(rows, shards)` long and zero at first. */
  constructor(cells: Int32Array, rows: number, shards: number) {
    if (cells.length < Tally.cells(rows, shards))
      throw new RangeError(`${cells.length} cells for a tally of ${rows} rows and ${shards} shards`);
    this.#cells = cells;
    this.rows = rows;
    this.shards = shards;
    this.#totals = shards;
    this.#columns = shards + rows;
  }

  /** Int32 cells that a tally takes. */
  static cells(rows: number, shards: number): number {
    return shards + rows + rows * shards;
  }

  /** Places taken, by all shards. */
  total(row: number): number {
    return Atomics.load(this.#cells, this.#totals + row);
  }

  /** Places of one shard. */
  held(row: number, shard: number): number {
    return Atomics.load(this.#cells, this.#column(row, shard));
  }

  /** Takes a place unless `max` are taken; 0 = no limit. Throws a RangeError where there is no such row or shard. */
  take(row: number, shard: number, max: number): boolean {
    this.#mustHave(row, shard);
    const cell = this.#totals + row;
    this.#step(shard);
    let total = Atomics.load(this.#cells, cell);
    while (max === 0 || total < max) {
      const seen = Atomics.compareExchange(this.#cells, cell, total, total + 1);
      if (seen === total) {
        Atomics.add(this.#cells, this.#column(row, shard), 1);
        this.#step(shard);
        return true;
      }
      total = seen;
    }
    this.#step(shard);
    return false;
  }

  /** Takes a place where the total still is what the caller has seen. Throws as `take` does. */
  takeIf(row: number, shard: number, seen: number): boolean {
    this.#mustHave(row, shard);
    const cell = this.#totals + row;
    this.#step(shard);
    const taken = Atomics.compareExchange(this.#cells, cell, seen, seen + 1) === seen;
    if (taken) Atomics.add(this.#cells, this.#column(row, shard), 1);
    this.#step(shard);
    return taken;
  }

  /** Gives a place back. Throws a RangeError, and changes nothing, where this shard has none or `take` would throw. */
  give(row: number, shard: number): void {
    this.#mustHave(row, shard);
    if (this.held(row, shard) <= 0)
      throw new RangeError(`shard ${shard} has no place of row ${row} to give back`);
    this.#step(shard);
    Atomics.sub(this.#cells, this.#column(row, shard), 1);
    Atomics.sub(this.#cells, this.#totals + row, 1);
    this.#step(shard);
  }

  /**
   * Gives back all that a dead shard held. False where it died inside of a step and the others were too busy for the
   * totals to be put right: they are too high by one until `repair`, not another `reap`, has returned true.
   */
  reap(shard: number): boolean {
    for (let row = 0; row < this.rows; row++) {
      const held = Atomics.exchange(this.#cells, this.#column(row, shard), 0);
      if (held !== 0) Atomics.sub(this.#cells, this.#totals + row, held);
    }
    if (Atomics.load(this.#cells, shard) % 2 === 0) return true;
    this.#step(shard);
    return this.repair();
  }

  /** Takes from each total what no column accounts for; false where no quiet moment was found. */
  repair(): boolean {
    for (let row = 0; row < this.rows; row++) {
      let tries = REPAIR_TRIES_MAX;
      while (!this.#repairRow(row)) if (--tries === 0) return false;
    }
    return true;
  }

  #repairRow(row: number): boolean {
    const before = this.#quietSum();
    if (before === null) return false;
    const total = this.total(row);
    let sum = 0;
    for (let shard = 0; shard < this.shards; shard++) sum += this.held(row, shard);
    if (this.#quietSum() !== before) return false;
    if (total !== sum) Atomics.sub(this.#cells, this.#totals + row, total - sum);
    return true;
  }

  /** The sum of all sequences where none is odd, else null. */
  #quietSum(): number | null {
    let sum = 0;
    for (let shard = 0; shard < this.shards; shard++) {
      const sequence = Atomics.load(this.#cells, shard);
      if (sequence % 2 !== 0) return null;
      sum += sequence;
    }
    return sum;
  }

  /** Before a step: one that began and then threw would look like the death of its shard. */
  #mustHave(row: number, shard: number): void {
    if (!(row >= 0 && row < this.rows && shard >= 0 && shard < this.shards))
      throw new RangeError(
        `row ${row} of shard ${shard}: there are ${this.rows} rows and ${this.shards} shards`,
      );
  }

  #step(shard: number): void {
    Atomics.add(this.#cells, shard, 1);
  }

  #column(row: number, shard: number): number {
    return this.#columns + shard * this.rows + row;
  }
}

/** Looks for a quiet moment; a step takes a fraction of a microsecond. */
const REPAIR_TRIES_MAX = 10_000;
