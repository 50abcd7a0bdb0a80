/** How many actors of a chart are in each of its states now, and how often the state was entered. */
export interface MachineCounts {
  readonly states: Readonly<Record<string, StateCount>>;
}

export interface StateCount {
  /** Actors in it now. */
  readonly live: number;
  /** Entries since the start of the service; null = nobody counts them. */
  readonly entered: number | null;
}
