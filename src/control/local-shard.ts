import { pulsesIn } from '../connection/index.ts';
import type { ConnectionId } from '../core/connection-id.ts';
import type { ConnectionPulse } from '../core/connection-pulse.ts';
import type { ConnectionPage, ConnectionQuery } from '../core/connection-query.ts';
import type { ConnectionView } from '../core/connection-view.ts';
import type { FactSink } from '../core/facts.ts';
import type { InspectedConnections, PresentConnection } from '../core/inspection.ts';
import type { SessionsEnd } from '../core/mail.ts';
import type { NameAddresses } from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import type { Plane } from '../core/ports.ts';
import type { SharedRegions } from '../core/regions.ts';
import type { LiveStagePlan, StageOutcome } from '../core/stage-control.ts';
import type { Shard } from '../shard.ts';
import { buildShard } from '../shard-build.ts';
import { killOn, listOn } from '../shard-inquiries.ts';
import type { Bound, ShardHost } from './shard-host.ts';

/** The one shard of `workers: 0`, on the main thread. It lives and dies with the process; the plane is the service's. */
export class LocalShard implements ShardHost {
  readonly number = 0;
  readonly generation = 0;
  readonly #shard: Shard;
  readonly #plane: Plane;
  #state = 'starting';

  constructor(regions: SharedRegions, plane: Plane, emit: FactSink) {
    this.#plane = plane;
    this.#shard = buildShard({
      number: 0,
      generation: 0,
      regions,
      plane,
      emit: (fact) => emit({ ...fact }),
      wake: () => {},
    });
  }

  get state(): string {
    return this.#state;
  }

  async start(): Promise<void> {}

  prepare(plan: Plan, bound: Bound): Promise<Bound> {
    return this.#shard.prepare(plan, bound);
  }

  commit(version: number): Promise<void> {
    return this.#shard.commit(version);
  }

  abort(version: number): Promise<void> {
    return this.#shard.abort(version);
  }

  serve(): void {
    this.#state = 'running';
  }

  async settled(): Promise<void> {}

  /** It cannot die, and so has every plan that was committed. */
  async catchUp(): Promise<void> {}

  async stopAccepting(): Promise<void> {
    this.#state = 'stopping';
    await this.#shard.stopAccepting();
  }

  cut(): void {
    this.#shard.cut();
  }

  empty(): Promise<void> {
    return this.#shard.empty();
  }

  async view(connection: ConnectionId): Promise<ConnectionView | null> {
    return this.#shard.view(connection);
  }

  async pulses(connections: readonly ConnectionId[]): Promise<readonly ConnectionPulse[]> {
    return pulsesIn(this.#shard.registry, connections);
  }

  list(query: ConnectionQuery): Promise<ConnectionPage> {
    return new Promise((resolve) => listOn(this.#shard, this.number, this.#plane, query, resolve));
  }

  async kill(connections: readonly ConnectionId[]): Promise<number> {
    return killOn(this.#shard, connections);
  }

  async inspect(inspected: InspectedConnections): Promise<readonly PresentConnection[]> {
    return this.#shard.registry.inspection.follow(inspected);
  }

  setStages(listener: string, stages: readonly LiveStagePlan[]): Promise<void> {
    return this.#shard.stages.setListener(listener, stages);
  }

  setStage(id: ConnectionId, name: string, stage: LiveStagePlan | null): Promise<StageOutcome> {
    return this.#shard.stages.setConnection(id, name, stage);
  }

  wake(): void {
    this.#shard.wake();
  }

  tellNames(changes: NameAddresses): void {
    this.#shard.takeNames(changes);
  }

  endSessions(backend: number, most: number, why: SessionsEnd): void {
    this.#shard.registry.endSessions(backend, most, why);
  }

  async close(): Promise<void> {
    this.#shard.close();
    this.#state = 'stopped';
  }
}
