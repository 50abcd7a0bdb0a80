import type { Chunk } from '../core/chunk.ts';
import { type Direction, DOWN, type Side, UP } from '../core/direction.ts';
import { STAGE_KINDS, type StagePlan } from '../core/plan.ts';
import type { Endpoint, EndpointObserver } from '../core/ports.ts';
import { buildStages, type Stage } from '../stream/index.ts';
import type { Connection } from './connection.ts';
import { Flow, type FlowOwner } from './flow.ts';

/** Action on the way from dialing to relaying: joins client and backend in both directions. */
export function relay(connection: Connection): void {
  const joined = new Relay(connection, connection.backend as Endpoint);
  connection.relay = joined;
  joined.start();
}

/** The two flows of a connection and what they report. Lives from the join until the end. */
export class Relay implements FlowOwner {
  readonly up: Flow;
  readonly down: Flow;
  readonly #connection: Connection;
  readonly #backend: Endpoint;
  readonly #startedAt: number;
  bytesUp = 0;
  bytesDown = 0;
  /** Milliseconds from the join to the backend's first byte; -1 = none yet. */
  firstByteMs = -1;

  constructor(connection: Connection, backend: Endpoint) {
    this.#connection = connection;
    this.#backend = backend;
    this.#startedAt = this.now();
    const { client } = connection;
    const [up, down] = [this.#stages('up'), this.#stages('down')];
    this.up = new Flow('up', client, backend, up, this);
    this.down = new Flow('down', backend, client, down, this);
  }

  start(): void {
    const { client, watch } = this.#connection;
    client.observe(new PeerWatch(this.#connection, 'client', this.up, (bytes) => this.#acceptedDown(bytes)));
    this.#backend.observe(
      new PeerWatch(this.#connection, 'backend', this.down, (bytes) => this.#acceptedUp(bytes)),
    );
    this.up.start(watch.heldBytes, watch.sentFin);
    this.down.start(0, false);
  }

  now(): number {
    return this.#connection.shard.plane.timers.now();
  }

  passedFin(direction: Direction): void {
    this.#connection.send({ type: direction === 'up' ? 'client.fin' : 'backend.fin' });
  }

  wrote(): void {
    if (this.#connection.deadlines.isRunning('deadline.write_stall')) return;
    this.#connection.deadlines.watchStall(() => earlier(this.up.stalledSince, this.down.stalledSince));
  }

  defect(error: unknown): void {
    this.#connection.defect(error);
  }

  /** The backend's first byte has come. */
  sawFirstByte(now: number): void {
    if (this.firstByteMs < 0) this.firstByteMs = now - this.#startedAt;
  }

  #acceptedUp(bytes: number): void {
    this.bytesUp += bytes;
    this.#accepted(this.up, UP, bytes);
  }

  #acceptedDown(bytes: number): void {
    this.bytesDown += bytes;
    this.#accepted(this.down, DOWN, bytes);
  }

  #accepted(flow: Flow, direction: number, bytes: number): void {
    const { shard, listener, row, deadlines } = this.#connection;
    const { layout, cells } = shard.counters;
    cells[layout.bytes(listener.index, direction)]! += bytes;
    cells[layout.backendBytes(row, direction)]! += bytes;
    const now = this.now();
    deadlines.touch(now);
    flow.accepted(bytes);
  }

  #stageFailed(stage: StagePlan['kind'], message: string): void {
    const { shard, listener, id } = this.#connection;
    const { layout, cells } = shard.counters;
    cells[layout.stageFailures(listener.index, STAGE_KINDS.indexOf(stage))]! += 1;
    shard.emit({ kind: 'stage', at: this.#connection.now(), connection: id, stage, message });
  }

  #stages(direction: Direction): readonly Stage[] {
    const { route, shard, id, listener, openedAt } = this.#connection;
    const plans = route?.stages ?? [];
    if (plans.length === 0) return [];
    return buildStages(plans, direction, {
      scheduler: shard.scheduler,
      connection: id,
      listener: listener.name,
      openedAt,
      failed: (stage, message) => this.#stageFailed(stage, message),
      dropped: (bytes) => this[direction].dropped(bytes),
    });
  }
}

/** Watches one peer of a relayed connection: what it sends goes into `reads`, what it takes is credit for the other flow. */
class PeerWatch implements EndpointObserver {
  readonly #connection: Connection;
  readonly #side: Side;
  readonly #reads: Flow;
  readonly #took: (bytes: number) => void;

  constructor(connection: Connection, side: Side, reads: Flow, took: (bytes: number) => void) {
    this.#connection = connection;
    this.#side = side;
    this.#reads = reads;
    this.#took = took;
  }

  data(chunk: Chunk): void {
    try {
      const connection = this.#connection;
      connection.deadlines.touch(chunk.at);
      if (this.#side === 'backend') connection.relay?.sawFirstByte(chunk.at);
      this.#reads.data(chunk);
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  fin(): void {
    this.#connection.guard(() => this.#reads.fin());
  }

  reset(): void {
    this.#connection.guard(() => this.#connection.peerReset(this.#side));
  }

  accepted(bytes: number): void {
    try {
      this.#took(bytes);
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  progress(): void {
    const connection = this.#connection;
    connection.guard(() => connection.deadlines.touch(connection.shard.plane.timers.now()));
  }

  closed(): void {
    this.#connection.guard(() => this.#connection.endpointClosed());
  }

  held(): void {}
  finished(): void {}
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}
