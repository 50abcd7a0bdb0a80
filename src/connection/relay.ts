import type { Chunk } from '../core/chunk.ts';
import type { Direction, Side } from '../core/direction.ts';
import { STAGE_KINDS, type StagePlan } from '../core/plan.ts';
import type { Endpoint, EndpointObserver, Timers } from '../core/ports.ts';
import type { PlacedStage } from '../core/stage-control.ts';
import { buildStages, type ChainEnv, type ChaosEnv, type Stage, type StageEnd } from '../stream/index.ts';
import { AcceptedBytes } from './accepted-bytes.ts';
import { chaosEnvFor } from './chaos-env.ts';
import type { Connection } from './connection.ts';
import type { Deadlines, Stall } from './deadlines.ts';
import { Flow } from './flow.ts';
import type { FlowOwner } from './flow-owner.ts';
import { openMirror } from './open-mirror.ts';
import { Tap } from './tap.ts';

const NO_STAGES: readonly never[] = [];

/** Action on the way from dialing to relaying: joins client and backend in both directions. */
export function relay(connection: Connection): void {
  const joined = new Relay(connection, connection.backend as Endpoint);
  connection.relay = joined;
  joined.start();
}

/** The two flows of a connection and what they report. Lives from the join until the end. */
export class Relay implements FlowOwner, Stall {
  readonly up: Flow;
  readonly down: Flow;
  readonly #connection: Connection;
  readonly #backend: Endpoint;
  readonly #timers: Timers;
  readonly #deadlines: Deadlines;
  readonly #startedAt: number;
  readonly #clientWatch: PeerWatch;
  readonly #backendWatch: PeerWatch;
  readonly #acceptedUp: AcceptedBytes;
  readonly #acceptedDown: AcceptedBytes;
  /** What the stages of both directions have in common; null where there are none. */
  #chaos: ChaosEnv | null = null;
  /** How long the backend may take to answer the client's first bytes; 0 = as long as it likes, or it is waited for already. */
  #firstByteMsMax: number;
  /** Milliseconds from the join to the backend's first byte; -1 = none yet. */
  firstByteMs = -1;

  constructor(connection: Connection, backend: Endpoint) {
    this.#connection = connection;
    this.#backend = backend;
    this.#timers = connection.shard.plane.timers;
    this.#deadlines = connection.deadlines;
    this.#startedAt = this.now();
    this.#acceptedUp = new AcceptedBytes(connection, 'up');
    this.#acceptedDown = new AcceptedBytes(connection, 'down');
    this.#firstByteMsMax = firstByteMsMaxOf(connection);
    const { client } = connection;
    const [up, down] = [this.#stages('up'), this.#stages('down')];
    this.up = new Flow('up', client, backend, up, this);
    this.down = new Flow('down', backend, client, down, this);
    this.#clientWatch = new PeerWatch(connection, this, 'client');
    this.#backendWatch = new PeerWatch(connection, this, 'backend');
    const put = connection.shard.liveStages.of(connection);
    if (put.length > 0) this.put(put);
  }

  start(): void {
    const { client, watch } = this.#connection;
    client.observe(this.#clientWatch);
    this.#backend.observe(this.#backendWatch);
    this.up.start(watch.heldBytes, watch.sentFin);
    this.down.start(0, false);
  }

  /** Makes these the stages that it has at run time. */
  put(stages: readonly PlacedStage[]): void {
    this.up.put(stages, () => this.#env('up'));
    this.down.put(stages, () => this.#env('down'));
  }

  now(): number {
    return this.#timers.now();
  }

  get bytesUp(): number {
    return this.#acceptedUp.total;
  }

  get bytesDown(): number {
    return this.#acceptedDown.total;
  }

  passedFin(direction: Direction): void {
    this.#connection.send({ type: direction === 'up' ? 'client.fin' : 'backend.fin' });
  }

  waits(): void {
    this.#deadlines.watchStall(this);
  }

  stageEnded({ how, stage }: StageEnd): void {
    this.#connection.refusal = `ended by the stage ${stage}`;
    this.#connection.send({ type: 'stage.ended', how });
  }

  defect(error: unknown): void {
    this.#connection.defect(error);
  }

  /** Bytes of a side came at `at`: for a plane that reads the clock once a turn, perhaps a little before the join. */
  came(side: Side, at: number): void {
    this.#deadlines.touch(at);
    if (this.firstByteMs >= 0 || side !== 'backend') return;
    this.firstByteMs = Math.max(0, at - this.#startedAt);
    const { row, shard } = this.#connection;
    if (row < 0) return;
    shard.upstreams.measured(row, this.firstByteMs);
    shard.upstreams.answered(row);
    this.#deadlines.cancel('deadline.first_byte');
  }

  /** The socket of a side took bytes. */
  accepted(side: Side, bytes: number): void {
    const isUp = side === 'backend';
    const now = this.#timers.now();
    (isUp ? this.#acceptedUp : this.#acceptedDown).add(bytes);
    this.#deadlines.touch(now);
    if (isUp && this.#firstByteMsMax > 0) this.#awaitAnswer();
    (isUp ? this.up : this.down).accepted(bytes, now);
  }

  get stalledSince(): number | null {
    return earlier(this.up.stalledSince, this.down.stalledSince);
  }

  /** The backend has the client's first bytes. */
  #awaitAnswer(): void {
    if (this.firstByteMs < 0) this.#deadlines.after('deadline.first_byte', this.#firstByteMsMax);
    this.#firstByteMsMax = 0;
  }

  #stageFailed(stage: StagePlan['kind'], message: string): void {
    const { shard, listener, id, traceId } = this.#connection;
    const { layout, cells } = shard.counters;
    cells[layout.stageFailures(listener.index, STAGE_KINDS.indexOf(stage))]! += 1;
    shard.emit({ kind: 'stage', at: this.#connection.now(), connection: id, traceId, stage, message });
  }

  #stages(direction: Direction): readonly Stage[] {
    const plans = this.#connection.route?.stages ?? NO_STAGES;
    return plans.length === 0 ? NO_STAGES : buildStages(plans, direction, this.#env(direction));
  }

  #env(direction: Direction): ChainEnv {
    const { route, shard, id, listener, openedAt } = this.#connection;
    this.#connection.tap ??= new Tap(this.#connection, this.#backend);
    this.#chaos ??= chaosEnvFor(this.#connection);
    return {
      scheduler: shard.scheduler,
      epoch: this.#timers.epoch,
      connection: id,
      listener: listener.name,
      openedAt,
      tapped: this.#connection.tap,
      chaos: this.#chaos,
      sharing: { buckets: shard.buckets, route: route?.name ?? '' },
      failed: (stage, message) => this.#stageFailed(stage, message),
      dropped: (bytes) => this[direction].dropped(bytes),
      openMirror: (plan) => openMirror(this.#connection, direction, plan),
    };
  }
}

/** Watches one peer of a relayed connection: what it sends goes into `reads`, what it takes is credit for the other flow. */
class PeerWatch implements EndpointObserver {
  readonly #connection: Connection;
  readonly #relay: Relay;
  readonly #side: Side;
  readonly #reads: Flow;

  constructor(connection: Connection, relay: Relay, side: Side) {
    this.#connection = connection;
    this.#relay = relay;
    this.#side = side;
    this.#reads = side === 'client' ? relay.up : relay.down;
  }

  data(chunk: Chunk): void {
    try {
      this.#relay.came(this.#side, chunk.at);
      this.#reads.data(chunk);
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  moved(bytes: number, at: number): void {
    try {
      this.#relay.came(this.#side, at);
      this.#reads.moved(bytes);
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  fin(): void {
    try {
      this.#reads.fin();
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  reset(code: string): void {
    this.#connection.guard(() => this.#connection.peerReset(this.#side, code));
  }

  accepted(bytes: number): void {
    try {
      this.#relay.accepted(this.#side, bytes);
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  progress(): void {
    const connection = this.#connection;
    connection.guard(() => connection.deadlines.touch(connection.shard.plane.timers.now()));
  }

  closed(): void {
    try {
      this.#connection.endpointClosed();
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  held(): void {}
  finished(): void {}
}

/** 0 where silence does not count against a backend. */
function firstByteMsMaxOf({ plan, pool, row }: Connection): number {
  const passive = row < 0 ? null : (plan.pools[pool]?.passive ?? null);
  return passive?.count.includes('silence') ? passive.firstByteMs : 0;
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}
