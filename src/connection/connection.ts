import type { Actor, AnyActorRef } from 'xstate';
import type { ConnectionEvent, connectionMachine } from '../../machines/connection.ts';
import { type Address, formatAddress, hostOf } from '../core/address.ts';
import type { CloseReason } from '../core/close-reason.ts';
import type { ConnectionId } from '../core/connection-id.ts';
import type { Side } from '../core/direction.ts';
import { textOf } from '../core/error-fact.ts';
import type { DialAttempt } from '../core/facts.ts';
import type { ListenerPlan, Plan, RoutePlan } from '../core/plan.ts';
import type { Cancellable, Endpoint } from '../core/ports.ts';
import type { ProxyHeader } from '../core/proxy-header.ts';
import { readWord } from '../core/shard-words.ts';
import type { Slotted } from '../core/slots.ts';
import type { Findings, Sniffed } from '../core/sniffed.ts';
import { type StateName, stateIndex } from '../core/state.ts';
import { type TlsFacts, TRUNCATED } from '../core/tls.ts';
import { type CompiledLogic, childActor } from '../machine-engine/index.ts';
import type { CompiledRoutes } from '../route/index.ts';
import { ClientWatch } from './client-watch.ts';
import { finish } from './closed.ts';
import { Deadlines } from './deadlines.ts';
import type { DialInProgress } from './dialing.ts';
import type { Mirror } from './mirror.ts';
import { originalOf } from './original.ts';
import type { QueuedDial } from './queueing.ts';
import type { Relay } from './relay.ts';
import type { ShardContext } from './shard-context.ts';
import type { Tap } from './tap.ts';
import { isRecorded } from './trace-ids.ts';
import { Visits } from './visits.ts';
import type { Waiting } from './waiting-room.ts';

/** The chart, with its actions provided: the machine itself, or the table compiled from it. */
export type ConnectionLogic = CompiledLogic<typeof connectionMachine>;

/**
 * One connection: what the chart's states share. It owns both endpoints from the moment it gets them until they are
 * closed. The chart decides; the files named after its states act; this only holds.
 */
export class Connection implements Waiting, Slotted {
  slot = -1;
  readonly id: ConnectionId;
  readonly shard: ShardContext;
  readonly listener: ListenerPlan;
  /** The client's endpoint; once TLS is terminated, the one inside. */
  client: Endpoint;
  /** Whose connection it is: the address of the socket's peer, or the one in its PROXY header. */
  source: Address;
  /** Where a redirected client wanted to go; null where nobody was redirected. */
  readonly original: Address | null;
  /** Where the client connected to: `original`, else the socket's own address; or the one in its PROXY header. */
  destination: Address;
  /** `source` without the port; '' on a Unix socket. */
  clientHost: string;
  /** The PROXY header that was read; null before, and where there is none. */
  header: ProxyHeader | null = null;
  traceId: string;
  /** 16 hex digits: the root span's own id, once it was told to somebody; null before. */
  spanId: string | null = null;
  /** The span of a proxy in front, and whether it is recorded; null where none has told. */
  parent: { readonly spanId: string; readonly sampled: boolean } | null = null;
  readonly openedAt: number;
  readonly actor: Actor<ConnectionLogic>;
  readonly deadlines: Deadlines;
  readonly watch: ClientWatch;

  /** The plan under whose limits it holds a place, which is owed back; null = it holds none. */
  place: Plan | null = null;
  /** What is known of the bytes to be relayed. */
  findings: Findings | null = null;
  /** The ClientHello of TLS that is terminated here. */
  terminated: Sniffed | null = null;
  clientTls: TlsFacts | null = null;
  backendTls: TlsFacts | null = null;
  /** Why the client was refused, where the close reason alone does not say it. */
  refusal: string | null = null;
  /** How the first peer that was lost was lost, by the name of the error; null before. */
  peerError: string | null = null;
  route: RoutePlan | null = null;
  /** Index of the pool, -1 before one was chosen. */
  pool = -1;
  /** Rows that failed, in order. */
  readonly tried: number[] = [];
  readonly attempts: DialAttempt[] = [];
  dial: DialInProgress | null = null;
  /** Plane's time at which the first attempt began, where all of them together have a deadline; null before, and where they have none. */
  dialingSince: number | null = null;
  /** Its place in the queue of its pool; null where it never waited there. */
  queued: QueuedDial | null = null;
  /** Row of the backend that is connected, -1 before. */
  row = -1;
  backend: Endpoint | null = null;
  relay: Relay | null = null;
  /** null where it has none. */
  mirrors: Mirror[] | null = null;
  /** For its stages; null where it has none. */
  tap: Tap | null = null;
  /** The reason with which draining began, null before. */
  drainedFor: CloseReason | null = null;
  /** Endpoints that have not told `closed`. */
  openEndpoints = 1;
  ended = false;

  readonly visits = new Visits();
  state: StateName = 'accepting';
  /** A handshake of TLS with the client that is under way. */
  handshake: Cancellable | null = null;
  /** The PROXY header was read, or found to be missing where it may be. */
  headerIsDone = false;
  #isOpenedTold = false;
  #onGone: (connection: Connection) => void;

  constructor(
    id: ConnectionId,
    shard: ShardContext,
    listener: ListenerPlan,
    client: Endpoint,
    logic: ConnectionLogic,
    root: AnyActorRef,
    onGone: (connection: Connection) => void,
  ) {
    this.id = id;
    this.shard = shard;
    this.listener = listener;
    this.client = client;
    this.source = client.remote;
    this.original = originalOf(listener, client);
    this.destination = this.original ?? client.local;
    this.clientHost = hostOf(client.remote);
    this.traceId = shard.traceIds.next();
    this.openedAt = this.now();
    this.#onGone = onGone;
    this.deadlines = new Deadlines(shard.plane.timers, listener.timeouts, this);
    this.watch = new ClientWatch(this);
    client.observe(this.watch);
    this.actor = childActor(logic, { id, listener: listener.index }, root);
  }

  /** Starts the chart. Never throws. */
  start(): void {
    try {
      const { layout, cells } = this.shard.counters;
      cells[layout.accepted(this.listener.index)]! += 1;
      if (this.listener.proxyIn === null) this.guard(() => this.tellOpened());
      this.actor.start();
    } catch (error) {
      this.chartFailed(error);
    }
  }

  /** The plan it lives under, to its end. */
  get plan(): Plan {
    return this.shard.plan;
  }

  get routes(): CompiledRoutes {
    return this.shard.routes[this.listener.index] as CompiledRoutes;
  }

  /** Wall time in milliseconds since 1970. */
  now(): number {
    const { timers } = this.shard.plane;
    return timers.epoch + timers.now();
  }

  /** Tells the chart a fact; nothing once it has ended. */
  send(event: ConnectionEvent): void {
    if (!this.ended) this.actor.send(event);
  }

  /** The plan whose limits decide about its place: the newest one, so that those who wait gain by a reload. */
  get limitedBy(): Plan {
    const current = this.shard.current();
    if (current === null || current.version <= this.plan.version) return this.plan;
    return current.listeners[this.listener.index]?.retired === false ? current : this.plan;
  }

  /** A place was reserved for it, under the limits of `plan`. */
  granted(plan: Plan): void {
    this.place = plan;
    this.send({ type: 'admitted' });
  }

  /** Called first by every state's entry action. */
  entered(state: StateName): void {
    const { counters, emit, words } = this.shard;
    const { layout, cells } = counters;
    const listener = this.listener.index;
    const index = stateIndex(state);
    const { present } = this.visits;
    // So that the states of a connection add up to its life.
    const at = present < 0 ? this.openedAt : this.now();
    if (present >= 0) cells[layout.state(listener, present)]! -= 1;
    this.visits.enter(index, at);
    this.state = state;
    cells[layout.transition(listener, index)]! += 1;
    if (state !== 'closed') cells[layout.state(listener, index)]! += 1;
    if (readWord(words, 'DETAIL') !== 0) emit({ kind: 'entered', at, connection: this.id, listener, state });
  }

  /** A peer's endpoint has told `closed`. */
  endpointClosed(): void {
    this.openEndpoints--;
    if (this.openEndpoints === 0) this.send({ type: 'flushed' });
  }

  /** A peer reset, or its network lost it. */
  peerReset(side: Side, code: string): void {
    this.peerError ??= code;
    const truncated = code === TRUNCATED;
    this.send({ type: side === 'client' ? 'client.reset' : 'backend.reset', truncated });
  }

  /** Runs what a plane or a timer has called for; what it throws is a defect. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.defect(error);
    }
  }

  /** Runs one step of an end: what it throws is told, and the next step is taken all the same. */
  attempt<T>(act: (of: T) => void, of: T): void {
    try {
      act(of);
    } catch (error) {
      this.report(error);
    }
  }

  /** A defect of ours: this connection ends, the shard lives. */
  defect(error: unknown): void {
    this.report(error);
    this.send({ type: 'error' });
  }

  /** Tells of a defect. Never throws: where the sink itself is broken there is nobody left to tell, and the connection still has to end. */
  report(error: unknown): void {
    try {
      const { id: connection, traceId } = this;
      this.shard.emit({ kind: 'error', at: this.now(), connection, traceId, message: textOf(error) });
    } catch {
      // As above.
    }
  }

  /** The chart itself threw and takes no more events: what its last state would have done is done here. */
  chartFailed(error: unknown): void {
    this.report(error);
    finish(this, 'internal-error');
  }

  /** Tells of its beginning, once it is known whose it is; a second call does nothing. */
  tellOpened(): void {
    if (this.#isOpenedTold) return;
    this.#isOpenedTold = true;
    const sampled = isRecorded(this);
    if (sampled && this.plan.telemetry.heartbeatMs > 0) this.spanId ??= this.shard.traceIds.nextSpan();
    this.shard.emit({
      kind: 'opened',
      at: this.openedAt,
      connection: this.id,
      listener: this.listener.index,
      client: formatAddress(this.source),
      local: formatAddress(this.destination),
      traceId: this.traceId,
      spanId: this.spanId,
      parentSpanId: this.parent?.spanId ?? null,
      sampled,
    });
  }

  /** A PROXY header has told whose connection it is and where it was made to. */
  isFrom(source: Address, destination: Address): void {
    this.source = source;
    this.destination = destination;
    this.clientHost = hostOf(source);
  }

  /** Drops bytes that the client's endpoint holds: they are not the connection's own. */
  consume(bytes: number): void {
    this.client.consume(bytes);
    this.watch.heldBytes -= bytes;
  }

  /** TLS is terminated: from here on the client is the endpoint inside. */
  takeClient(inside: Endpoint): void {
    this.client = inside;
    this.watch.restart();
    inside.observe(this.watch);
  }

  /** Out of the registry. */
  gone(): void {
    this.#onGone(this);
  }
}
