import { type ConnectionId, shardOf } from '../core/connection-id.ts';
import type { ConnectionPulse, PulseAnswer } from '../core/connection-pulse.ts';
import { type ConnectionPage, type ConnectionQuery, mergePages } from '../core/connection-query.ts';
import type { ConnectionView } from '../core/connection-view.ts';
import { SluiceError } from '../core/errors.ts';
import type { InspectedConnections, PresentConnection } from '../core/inspection.ts';
import type { SessionsEnd } from '../core/mail.ts';
import type { Plan } from '../core/plan.ts';
import type { LiveStagePlan, StageOutcome } from '../core/stage-control.ts';
import { type Bound, ifGone, ShardGone, type ShardHost } from './shard-host.ts';
import { inTime, within } from './within.ts';

/** How long a shard may take to answer that it accepts no more, before the drain goes on without it. */
const STOP_ACCEPTING_MS_MAX = 5_000;

/** How long a reload waits for shards that are just being started again, before it goes on without them. */
export const RESTARTS_MS_MAX = 2_000;

/** How long a shard may take to answer a step of a plan, before the reload goes on or is given up. */
export const ANSWER_MS_MAX = 20_000;

/** How long a shard may take to tell of its connections. */
const INQUIRY_MS_MAX = 2_000;

/** A plan that some shards have prepared. */
export interface Prepared {
  readonly bound: Bound;
  readonly shards: readonly PreparedShard[];
}

/** A shard started again in the meantime has another generation, and nothing of the plan. */
interface PreparedShard {
  readonly host: ShardHost;
  readonly generation: number;
}

/** All shards of a service, driven together. */
export class Fleet {
  readonly hosts: readonly ShardHost[];

  /** `hosts` by number. */
  constructor(hosts: readonly ShardHost[]) {
    this.hosts = hosts;
  }

  /** Starts all, with their first plan. Rejects with LISTEN_FAILED, or with SHARD_FAILED where one of them dies. */
  async start(plan: Plan): Promise<Bound> {
    await Promise.all(this.hosts.map((host) => host.start()));
    const { bound } = await this.#prepare(plan, {}, this.hosts);
    try {
      await Promise.all(this.hosts.map((host) => host.commit(plan.version)));
      for (const host of this.hosts) host.serve();
    } catch (error) {
      throw error instanceof ShardGone ? new SluiceError('SHARD_FAILED', error.message) : error;
    }
    return bound;
  }

  /**
   * Binds what is new of a plan in all shards that run; those that are being started again are waited for, but not for
   * long: they come to it by themselves. `known` are the addresses of listeners that stay. Rejects with LISTEN_FAILED or
   * SHARD_FAILED, and then nothing of the plan is left.
   */
  async prepare(plan: Plan, known: Bound): Promise<Prepared> {
    await Promise.all(this.hosts.map((host) => host.settled(RESTARTS_MS_MAX)));
    return this.#prepare(plan, known, this.#running());
  }

  /**
   * Makes a prepared plan, which is the one in force already, that of new connections. Resolves when all shards that
   * answer have it; one that is silent comes to it as soon as it reads its mail. Never rejects.
   */
  async commit(plan: Plan, { shards }: Prepared): Promise<void> {
    const same = shards.filter(({ host, generation }) => host.generation === generation);
    const commits = same.map(({ host }) => host.commit(plan.version).catch(ifGone));
    await within(ANSWER_MS_MAX, Promise.all(commits));
    const had = new Set(same.map(({ host }) => host));
    const late = this.#running().filter((host) => !had.has(host));
    await within(ANSWER_MS_MAX, Promise.all(late.map((host) => host.catchUp())));
  }

  /** Accepts nobody any more. Resolves within a bounded time, whatever the shards do. */
  async stopAccepting(): Promise<void> {
    await within(STOP_ACCEPTING_MS_MAX, Promise.all(this.hosts.map((host) => host.stopAccepting())));
  }

  /** What is to be told of a connection; null where there is none of this id, or its shard does not answer in time. */
  async view(connection: ConnectionId): Promise<ConnectionView | null> {
    const host = this.hosts[shardOf(connection)];
    if (host === undefined || host.state !== 'running') return null;
    return inquire(host, host.view(connection), null);
  }

  /** The first connections that a query means, of all shards that answer in time. Never rejects. */
  async list(query: ConnectionQuery): Promise<ConnectionPage> {
    const pages = await Promise.all(
      this.#running().map((host) => inquire(host, host.list(query), NO_CONNECTIONS, LIST_MS_MAX)),
    );
    return mergePages(pages, query);
  }

  /** Ends these connections as an operator does; how many of them there were. Never rejects. */
  async kill(connections: readonly ConnectionId[]): Promise<number> {
    const counts = this.#running().map((host) => {
      const own = connections.filter((id) => shardOf(id) === host.number);
      return own.length === 0 ? 0 : inquire(host, host.kill(own), 0);
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** How these connections stand, in their order: at most PULSES_MAX of them. Never rejects. */
  async pulses(connections: readonly ConnectionId[]): Promise<readonly PulseAnswer[]> {
    const shards = new Set(connections.map(shardOf));
    const asked = [...shards].map(async (shard) => {
      const host = this.hosts[shard];
      if (host === undefined || host.state !== 'running') return [shard, null] as const;
      return [
        shard,
        await pulsesOf(
          host,
          connections.filter((id) => shardOf(id) === shard),
        ),
      ] as const;
    });
    const answers = new Map(await Promise.all(asked));
    return connections.map((id) => {
      const pulses = answers.get(shardOf(id)) ?? null;
      return pulses === null ? 'unknown' : (pulses.get(id) ?? 'gone');
    });
  }

  /** Ends at most so many sessions of a backend (Infinity = all), of those shards first that have most, which `activeOf` says. */
  endSessions(
    backend: number,
    most: number,
    why: SessionsEnd,
    activeOf: (row: number, shard: number) => number,
  ): void {
    const shares = this.#running().map((host) => ({ host, active: activeOf(backend, host.number) }));
    let left = most;
    for (const { host, active } of shares.sort((one, other) => other.active - one.active)) {
      const count = most === Number.POSITIVE_INFINITY ? most : Math.min(active, left);
      if (count > 0) host.endSessions(backend, count, why);
      left -= count;
    }
  }

  /**
   * Tells every shard which connections are inspected: all of them, each time. Those that live, as they stand in the shards
   * that answer in time; one that is started again is told by itself. Never rejects.
   */
  async inspect(inspected: InspectedConnections): Promise<readonly PresentConnection[]> {
    const present = await Promise.all(this.hosts.map((host) => inquire(host, host.inspect(inspected), [])));
    return present.flat();
  }

  /**
   * Tells every shard what stages a listener has at run time. Resolves when those that answer have put them into its
   * connections. One that is started again meanwhile begins with them. Never rejects.
   */
  async setStages(listener: string, stages: readonly LiveStagePlan[]): Promise<void> {
    const told = this.hosts.map((host) => host.setStages(listener, stages).catch(ifGone));
    await within(ANSWER_MS_MAX, Promise.all(told));
  }

  /** Puts a stage into a connection, or takes it away (null); nothing where its shard is gone or does not answer in time. */
  async setStage(id: ConnectionId, name: string, stage: LiveStagePlan | null): Promise<StageOutcome> {
    const none: StageOutcome = { done: 'no-connection', kind: null };
    const host = this.hosts[shardOf(id)];
    if (host === undefined) return none;
    return inquire(host, host.setStage(id, name, stage), none);
  }

  cut(): void {
    for (const host of this.hosts) host.cut();
  }

  async empty(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.empty()));
  }

  async close(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.close()));
  }

  #running(): ShardHost[] {
    return this.hosts.filter((host) => host.state === 'running');
  }

  /** In each group one shard goes first: it claims the addresses, and finds the real ports, which the others join. */
  async #prepare(plan: Plan, known: Bound, hosts: readonly ShardHost[]): Promise<Prepared> {
    const prepared: PreparedShard[] = [];
    const asked = new Set<ShardHost>();
    let bound = known;
    const take = async (host: ShardHost): Promise<void> => {
      const { generation } = host;
      asked.add(host);
      try {
        const own = await inTime(ANSWER_MS_MAX, host.prepare(plan, bound), () => tooSlow(host));
        prepared.push({ host, generation });
        bound = { ...bound, ...own };
      } catch (error) {
        ifGone(error);
      }
    };
    try {
      for (const { first, count } of plan.groups) {
        const group = hosts.filter(({ number }) => number >= first && number < first + count);
        const claimed = (): boolean =>
          prepared.some(({ host }) => host.number >= first && host.number < first + count);
        while (group.length > 0 && !claimed()) await take(group.shift() as ShardHost);
        await settleAll(group.map(take));
      }
      if (prepared.length === 0) throw new SluiceError('SHARD_FAILED', 'no shard is running');
    } catch (error) {
      await within(ANSWER_MS_MAX, Promise.all([...asked].map((host) => host.abort(plan.version))));
      throw error;
    }
    return { bound, shards: prepared };
  }
}

const NO_CONNECTIONS: ConnectionPage = { rows: [], keys: [], matched: 0 };

/** How long a shard may take to go through all its connections, a little at a time beside its own work. */
const LIST_MS_MAX = 10_000;

/** The answer of a shard, or another where it is gone or does not answer in time. */
function inquire<T>(
  { number }: ShardHost,
  answer: Promise<T>,
  instead: T,
  msMax = INQUIRY_MS_MAX,
): Promise<T> {
  const late = (): Error => new ShardGone(`shard ${number} has not answered for ${msMax} ms`);
  return inTime(msMax, answer, late).catch((error: unknown) => {
    ifGone(error);
    return instead;
  });
}

function tooSlow({ number }: ShardHost): SluiceError {
  return new SluiceError('SHARD_FAILED', `shard ${number} has not answered for ${ANSWER_MS_MAX} ms`);
}

/** Waits for all, also where one rejects; then rejects with the first error. */
async function settleAll(tasks: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(tasks);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** By connection; null where the shard does not answer in time. */
async function pulsesOf(
  host: ShardHost,
  connections: readonly ConnectionId[],
): Promise<ReadonlyMap<ConnectionId, ConnectionPulse> | null> {
  const pulses = await inquire(host, host.pulses(connections), null);
  return pulses === null ? null : new Map(pulses.map((pulse) => [pulse.connection, pulse]));
}
