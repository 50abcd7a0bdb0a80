/** What is known of a backend's health. `unknown` is eligible: no probe has answered yet. */
export const HEALTH_UNKNOWN = 0;
export const HEALTHY = 1;
export const UNHEALTHY = 2;
export type Health = typeof HEALTH_UNKNOWN | typeof HEALTHY | typeof UNHEALTHY;

/** Rows a table can have. */
export const UPSTREAM_ROWS_MAX = 4096;

const HEALTH = 0;
const WEIGHT = 1;
const ACTIVE = 2;
const CONNECTING = 3;
const COLUMNS = 4;

/**
 * One row a backend, read by every shard when it picks and written with Atomics: health and weight by control, active
 * and connecting by the shard that dials. Lies on shared memory so that it can be handed to other threads.
 */
export class UpstreamTable {
  readonly cells: Int32Array;
  readonly rows: number;

  /** Over `cells` where given (another thread's table), else over fresh zeroed shared memory. */
  constructor(rows: number, cells?: Int32Array) {
    if (rows > UPSTREAM_ROWS_MAX)
      throw new RangeError(`${rows} backends, at most ${UPSTREAM_ROWS_MAX} fit the table`);
    this.rows = rows;
    this.cells = cells ?? new Int32Array(new SharedArrayBuffer(Math.max(1, rows) * COLUMNS * 4));
  }

  health(row: number): Health {
    return Atomics.load(this.cells, row * COLUMNS + HEALTH) as Health;
  }
  setHealth(row: number, health: Health): void {
    Atomics.store(this.cells, row * COLUMNS + HEALTH, health);
  }
  weight(row: number): number {
    return Atomics.load(this.cells, row * COLUMNS + WEIGHT);
  }
  setWeight(row: number, weight: number): void {
    Atomics.store(this.cells, row * COLUMNS + WEIGHT, weight);
  }
  /** Connections being relayed. */
  active(row: number): number {
    return Atomics.load(this.cells, row * COLUMNS + ACTIVE);
  }
  addActive(row: number, by: number): void {
    Atomics.add(this.cells, row * COLUMNS + ACTIVE, by);
  }
  /** Attempts under way. */
  connecting(row: number): number {
    return Atomics.load(this.cells, row * COLUMNS + CONNECTING);
  }
  addConnecting(row: number, by: number): void {
    Atomics.add(this.cells, row * COLUMNS + CONNECTING, by);
  }
}
