/** A stretch of time with a name. Times in milliseconds. */
export interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** It belongs to the stretch above it. */
  readonly isInner: boolean;
  /** It lasts still: `to` is now. */
  readonly isLive: boolean;
  /** What is to be said of it besides; null = nothing. */
  readonly note: string | null;
  readonly isBad: boolean;
}
