/** How many actors of a chart are in each of its states now, and how often the state was entered. */
export interface MachineCounts {
  readonly states: Readonly<Record<string, StateCount>>;
  /** Every transition of the chart, each once, also those that nobody has taken; null = nobody counts them. */
  readonly transitions: readonly TransitionCount[] | null;
}

/** How often a state was left by an event for another one. */
export interface TransitionCount {
  readonly from: string;
  /** As the chart names it. */
  readonly event: string;
  /** The state that is entered, which may be the same one anew; null where the state goes on, whatever happens within it. */
  readonly to: string | null;
  /** Over all shards, since the start of the service or, of one listener, since it got its name; never falls. */
  readonly taken: number;
}

export interface StateCount {
  /** Actors in it now. */
  readonly live: number;
  /** Entries since then; null = nobody counts them. */
  readonly entered: number | null;
}
