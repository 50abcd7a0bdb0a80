import { SluiceError } from '../core/errors.ts';

/** What is in a slot now. A key is in one slot at most. */
export interface Slot {
  readonly key: string;
  readonly retired: boolean;
}

export interface Room {
  /** Slots there can be. */
  readonly max: number;
  /** Whether nothing is left of what is retired in a slot, so that another may have it. */
  isFree(slot: number): boolean;
  /** What the slots hold, in the plural, for the message of the error. */
  readonly what: string;
}

/**
 * The slot of each wanted key, in their order: the one that has the key, retired or not, else the first free one of a
 * retired, else a new one at the end. Throws CONFIG_INVALID where there is no more room.
 */
export function assignSlots(now: readonly Slot[], wanted: readonly string[], room: Room): number[] {
  const held = new Map(now.map(({ key }, slot) => [key, slot]));
  const kept = new Set(wanted.map((key) => held.get(key)));
  const free = now.flatMap(({ retired }, slot) =>
    retired && room.isFree(slot) && !kept.has(slot) ? [slot] : [],
  );
  let end = now.length;
  return wanted.map((key) => {
    const slot = held.get(key) ?? free.shift() ?? end++;
    if (slot < room.max) return slot;
    throw new SluiceError(
      'CONFIG_INVALID',
      `the ${room.max} ${room.what} that a running service can have are not enough: some were taken away by a reload and ` +
        'still have connections; expected fewer new ones, or the same after a restart',
    );
  });
}
