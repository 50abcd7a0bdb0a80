/** Attempts to get a lock before waiting for it; it is held for well under a microsecond. */
const SPINS_MAX = 200;

/** Then so many short waits, for an owner that was put aside by the scheduler or died and is not reaped yet. */
const LOCK_WAIT_MS = 1;
const LOCK_WAITS_MAX = 50;

/** Takes the lock in a cell (0 = free, else the owner's number + 1) for a shard; false where it could not be had in time. */
export function acquireLock(cells: Int32Array, lock: number, shard: number): boolean {
  const owner = shard + 1;
  for (let spin = 0; spin < SPINS_MAX; spin++)
    if (Atomics.compareExchange(cells, lock, 0, owner) === 0) return true;
  for (let wait = 0; wait < LOCK_WAITS_MAX; wait++) {
    const holder = Atomics.load(cells, lock);
    if (holder !== 0) Atomics.wait(cells, lock, holder, LOCK_WAIT_MS);
    if (Atomics.compareExchange(cells, lock, 0, owner) === 0) return true;
  }
  return false;
}

export function releaseLock(cells: Int32Array, lock: number): void {
  Atomics.store(cells, lock, 0);
}

/** Opens the lock where a dead shard had it. */
export function reapLock(cells: Int32Array, lock: number, shard: number): void {
  if (Atomics.load(cells, lock) === shard + 1) Atomics.store(cells, lock, 0);
}
