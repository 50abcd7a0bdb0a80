import type { ConnectionId } from '../core/connection-id.ts';
import { type ConnectionPulse, PULSES_MAX, type PulseAnswer } from '../core/connection-pulse.ts';
import type { OpenedFact } from '../core/facts.ts';

/** How often is looked who is due. */
export const HEARTBEAT_LOOK_MS = 1_000;

/** Partial spans made at one look, of all shards: a few milliseconds of control's thread. */
export const HEARTBEATS_PER_LOOK_MAX = PULSES_MAX;

/** Sampled open connections that are followed; one more has no partial spans. */
export const HEARTBEATS_FOLLOWED_MAX = 65_536;

/** A connection that is still open, and the stretch of its life that a partial span is to tell of. */
export interface Heartbeat {
  readonly opened: OpenedFact;
  /** Counted from 1. */
  readonly number: number;
  /** Milliseconds since 1970: the end of the stretch before, or accept. */
  readonly from: number;
  readonly to: number;
  /** null where its shard is silent. */
  readonly pulse: ConnectionPulse | null;
}

interface Followed {
  readonly opened: OpenedFact;
  due: number;
  told: number;
  beats: number;
}

/**
 * Tells of each sampled connection that stays open, once in every interval. A look costs a bounded time on this thread and
 * on the shards; those that it has no room for are passed over until their next turn, and counted.
 */
export class Heartbeats {
  /** In the order in which they are due. */
  readonly #followed = new Map<ConnectionId, Followed>();
  readonly #ask: (connections: readonly ConnectionId[]) => Promise<readonly PulseAnswer[]>;
  readonly #tell: (heartbeat: Heartbeat) => void;
  #skipped = 0;
  #isLooking = false;

  constructor(
    ask: (connections: readonly ConnectionId[]) => Promise<readonly PulseAnswer[]>,
    tell: (heartbeat: Heartbeat) => void,
  ) {
    this.#ask = ask;
    this.#tell = tell;
  }

  /** Heartbeats that were due and were not told. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Connections that are followed. */
  get size(): number {
    return this.#followed.size;
  }

  /** Follows a connection, where it is sampled and its root span has an id; `intervalMs` 0: nobody is followed. */
  opened(opened: OpenedFact, intervalMs: number): void {
    if (intervalMs === 0 || !opened.sampled || opened.spanId === null) return;
    if (this.#followed.size >= HEARTBEATS_FOLLOWED_MAX) {
      this.#skipped++;
      return;
    }
    const followed = { opened, due: opened.at + intervalMs, told: opened.at, beats: 0 };
    this.#followed.set(opened.connection, followed);
  }

  closed(connection: ConnectionId): void {
    this.#followed.delete(connection);
  }

  /** Tells of those that are due. `now` in milliseconds since 1970; `intervalMs` 0: forgets all. Never rejects. */
  async look(now: number, intervalMs: number): Promise<void> {
    if (intervalMs === 0) this.#followed.clear();
    if (this.#isLooking) return;
    const due = this.#due(now, intervalMs);
    if (due.length === 0) return;
    this.#isLooking = true;
    try {
      const answers = await this.#ask(due.map(({ opened }) => opened.connection));
      for (const [at, followed] of due.entries()) this.#beat(followed, answers[at] ?? 'unknown', now);
    } finally {
      this.#isLooking = false;
    }
  }

  /** As many as one look may tell of. The others come first in the next turn, so that nobody is passed over for ever. */
  #due(now: number, intervalMs: number): Followed[] {
    const due: Followed[] = [];
    for (const followed of this.#followed.values()) {
      if (followed.due > now) break;
      due.push(followed);
    }
    const told = due.splice(0, HEARTBEATS_PER_LOOK_MAX);
    this.#skipped += due.length;
    for (const followed of [...due, ...told]) {
      this.#followed.delete(followed.opened.connection);
      followed.due = now + intervalMs;
      this.#followed.set(followed.opened.connection, followed);
    }
    return told;
  }

  /** A connection whose end was told meanwhile, or was lost on the way, has no more. */
  #beat(followed: Followed, answer: PulseAnswer, now: number): void {
    const { opened } = followed;
    if (this.#followed.get(opened.connection) !== followed) return;
    if (answer === 'gone') {
      this.#followed.delete(opened.connection);
      return;
    }
    const from = followed.told;
    followed.told = now;
    followed.beats++;
    const pulse = answer === 'unknown' ? null : answer;
    this.#tell({ opened, number: followed.beats, from, to: now, pulse });
  }
}
