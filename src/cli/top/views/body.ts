import type { Line } from '../line.ts';

/** What a view puts between the tabs and the foot of a frame. */
export interface Body {
  /** Stands still while the lines are scrolled. */
  readonly head: readonly Line[];
  readonly lines: readonly Line[];
  /** Line of what is selected, which stays in sight; null = there is no selection. */
  readonly selected: number | null;
}
