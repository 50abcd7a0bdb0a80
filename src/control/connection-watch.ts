import { type ConnectionId, formatConnectionId } from '../core/connection-id.ts';
import type { ClosedFact, TransitionFact } from '../core/facts.ts';
import {
  type ActorSnapshot,
  INSPECTED_CONNECTIONS_MAX,
  type InspectedEvent,
  type PresentConnection,
  type TakeSteps,
} from '../core/inspection.ts';
import type { Cancellable, Timers } from '../core/ports.ts';

/** The last transition of a connection is told right behind its end; one that does not come for so long was dropped. */
export const LAST_STEP_MS_MAX = 500;

/** Facts of a connection that wait for the answer of its shard; those beyond are left out, which the next one shows. */
const WAITING_MAX = 256;

interface Watched {
  /** Number of the transition that was told last; null until its shard has said where it stands. */
  step: number | null;
  /** What came before that. */
  readonly waiting: TransitionFact[];
  context: unknown;
  ending: Cancellable | null;
}

/** What one inspection tells of connections: of one that is named, or of a listener's as they come. */
export class ConnectionWatch {
  readonly #take: TakeSteps;
  readonly #timers: Timers;
  readonly #changed: () => void;
  readonly #watched = new Map<ConnectionId, Watched>();
  /** Connections that it may still begin to tell of. */
  #left = INSPECTED_CONNECTIONS_MAX;
  #listener: string | null;
  /** Its listener was taken away: after a while nobody is expected any more. */
  #leaving: Cancellable | null = null;
  #why = 'the connection has ended';

  /** `changed` is called when shards are to be told something else; for a `listener` of null one connection is to be expected. */
  constructor(listener: string | null, timers: Timers, take: TakeSteps, changed: () => void) {
    this.#listener = listener;
    this.#timers = timers;
    this.#take = take;
    this.#changed = changed;
  }

  /** Whose new connections are meant; null = nobody's, or no more. */
  get listener(): string | null {
    return this.#listener;
  }

  get connections(): readonly ConnectionId[] {
    return [...this.#watched.keys()];
  }

  /** Its shard is asked how it stands; until it has answered what it tells waits. */
  expect(id: ConnectionId): void {
    this.#watched.set(id, { step: null, waiting: [], context: null, ending: null });
  }

  /** So it stands; what it has told since then follows. */
  isPresent(present: PresentConnection): void {
    const { connection, listener, at, step, snapshot } = present;
    const watched = this.#watched.get(connection);
    if (watched === undefined) return;
    this.#begin(connection, watched, listener, at, step, snapshot);
    for (const fact of watched.waiting.splice(0)) this.#step(fact, watched);
  }

  took(fact: TransitionFact, listener: string): void {
    const watched = this.#watched.get(fact.connection);
    if (watched === undefined) {
      if (listener === this.#listener && fact.step === 1) this.#adopt(fact, listener);
    } else if (watched.step !== null) this.#step(fact, watched);
    else if (watched.waiting.length < WAITING_MAX) watched.waiting.push(fact);
  }

  /** Its last transition is still to come, if it was told at all. */
  closed({ connection, reason }: ClosedFact): void {
    const watched = this.#watched.get(connection);
    if (watched === undefined) return;
    watched.ending ??= this.#timers.after(LAST_STEP_MS_MAX, () => {
      const context = { ...(watched.context as object | null), reason };
      const snapshot = { value: 'closed', status: 'done', context } as const;
      const at = this.#timers.epoch + this.#timers.now();
      const actor = formatConnectionId(connection);
      if (watched.step !== null) this.#take({ kind: 'snapshot', actor, at, event: null, snapshot });
      this.#drop(connection, watched);
    });
  }

  /**
   * Whether a plan that was put in force has its listener. Without it those who were let in before are told of to their end, and
   * then it is over; what shards have told of new ones may still be under way.
   */
  listenerStays(stays: boolean): void {
    if (stays || this.#listener === null) this.#stay();
    else
      this.#leaving ??= this.#timers.after(LAST_STEP_MS_MAX, () => {
        this.#expectNoMore('a reload has taken the listener away');
        this.#endIfDone();
      });
  }

  end(): void {
    this.#stay();
    for (const { ending } of this.#watched.values()) ending?.cancel();
    this.#watched.clear();
    this.#listener = null;
  }

  #adopt(fact: TransitionFact, listener: string): void {
    this.expect(fact.connection);
    const watched = this.#watched.get(fact.connection) as Watched;
    this.#begin(fact.connection, watched, listener, fact.at, 0, parsedSnapshot(fact));
    this.#step(fact, watched);
    this.#left--;
    if (this.#left > 0) return;
    this.#expectNoMore(`the first ${INSPECTED_CONNECTIONS_MAX} connections have ended`);
  }

  #expectNoMore(why: string): void {
    this.#stay();
    this.#why = why;
    this.#listener = null;
    this.#changed();
  }

  #stay(): void {
    this.#leaving?.cancel();
    this.#leaving = null;
  }

  #begin(
    id: ConnectionId,
    watched: Watched,
    listener: string,
    at: number,
    step: number,
    snapshot: ActorSnapshot,
  ): void {
    const actor = formatConnectionId(id);
    watched.step = step;
    watched.context = snapshot.context;
    this.#take({
      kind: 'actor',
      actor,
      chart: 'connection',
      name: `${listener} ${actor}`,
      parent: null,
      at,
      snapshot,
    });
  }

  #step(fact: TransitionFact, watched: Watched): void {
    const before = watched.step ?? 0;
    if (fact.step <= before) return;
    const actor = formatConnectionId(fact.connection);
    const { at } = fact;
    const count = fact.step - before - 1;
    if (count > 0) this.#take({ kind: 'missed', actor, at, count });
    const event = parsedEvent(fact);
    const snapshot = parsedSnapshot(fact);
    watched.step = fact.step;
    watched.context = snapshot.context;
    this.#take({ kind: 'event', actor, at, event, source: null });
    this.#take({ kind: 'snapshot', actor, at, event, snapshot });
    if (snapshot.status !== 'active') this.#drop(fact.connection, watched);
  }

  #drop(connection: ConnectionId, { ending }: Watched): void {
    ending?.cancel();
    if (this.#watched.delete(connection)) this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#watched.size === 0 && this.#listener === null) this.#take({ kind: 'over', why: this.#why });
  }
}

function parsedEvent({ event }: TransitionFact): InspectedEvent {
  return (parsed(event) as InspectedEvent | null) ?? { type: '' };
}

/** One that was cut is not known. */
function parsedSnapshot({ snapshot }: TransitionFact): ActorSnapshot {
  return (parsed(snapshot) as ActorSnapshot | null) ?? { value: '', status: 'active', context: {} };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
