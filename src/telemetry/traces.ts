import type { ClosedFact, OpenedFact } from '../core/facts.ts';
import type { Watched } from '../core/watcher.ts';
import { AddedTraces } from './added-traces.ts';
import { HEARTBEAT_LOOK_MS, Heartbeats } from './heartbeats.ts';
import type { Spans } from './spans.ts';

/** Which connections are traced, and when: at their end, and in between while they stay open. */
export class Traces {
  readonly added = new AddedTraces(() => performance.now());
  readonly heartbeats: Heartbeats;
  readonly #watched: Watched;
  readonly #spans: Spans;
  readonly #timer: NodeJS.Timeout;

  /** `now` in milliseconds since 1970. */
  constructor(watched: Watched, spans: Spans, now: () => number) {
    this.#watched = watched;
    this.#spans = spans;
    this.heartbeats = new Heartbeats(watched.pulses, (heartbeat) => spans.beat(heartbeat));
    const look = (): void => void this.heartbeats.look(now(), watched.plan().telemetry.heartbeatMs);
    this.#timer = setInterval(look, HEARTBEAT_LOOK_MS);
    this.#timer.unref();
  }

  opened(fact: OpenedFact): void {
    this.heartbeats.opened(fact, this.#watched.plan().telemetry.heartbeatMs);
  }

  closed(fact: ClosedFact): void {
    this.heartbeats.closed(fact.connection);
    const keptBy = this.added.keptBy(this.#watched.plan(), fact);
    if (keptBy !== null) this.#spans.record(fact, keptBy);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
