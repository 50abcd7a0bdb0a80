/** So many reads in a row that filled the buffer, and the direction is spliced. */
export const FULL_READS = 2;

/** A splice that brings fewer bytes counts as small; so many in a row, and the direction is copied again. */
export const SMALL_SPLICE_BYTES = 16 * 1024;
export const SMALL_SPLICES = 4;

/** Whether a direction is spliced or copied, by what its last reads have brought (D-047). */
export class SpliceRule {
  #isSplicing = false;
  #fullReads = 0;
  #smallSplices = 0;

  get isSplicing(): boolean {
    return this.#isSplicing;
  }

  copied(isFull: boolean): void {
    if (!isFull) this.#fullReads = 0;
    else if (++this.#fullReads >= FULL_READS) {
      this.#isSplicing = true;
      this.#smallSplices = 0;
    }
  }

  spliced(bytes: number): void {
    if (bytes >= SMALL_SPLICE_BYTES) this.#smallSplices = 0;
    else if (++this.#smallSplices >= SMALL_SPLICES) this.copyAgain();
  }

  copyAgain(): void {
    this.#isSplicing = false;
    this.#fullReads = 0;
  }
}
