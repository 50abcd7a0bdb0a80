import { SluiceError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { type Bound, ShardGone, type ShardHost } from './shard-host.ts';

/** How long a shard may take to answer that it accepts no more, before the drain goes on without it. */
const STOP_ACCEPTING_MS_MAX = 5_000;

/** All shards of a service, driven together. */
export class Fleet {
  readonly hosts: readonly ShardHost[];

  /** `hosts` by number. */
  constructor(hosts: readonly ShardHost[]) {
    this.hosts = hosts;
  }

  /** Starts all, with their first plan. Rejects with LISTEN_FAILED or SHARD_FAILED. */
  async start(plan: Plan): Promise<Bound> {
    await Promise.all(this.hosts.map((host) => host.start()));
    const { bound } = await this.#prepare(plan, {}, this.hosts);
    await Promise.all(this.hosts.map((host) => host.commit(plan.version)));
    for (const host of this.hosts) host.serve();
    return bound;
  }

  /**
   * Binds what is new of a plan in all shards that run. `known` are the addresses of listeners that stay. Rejects with
   * LISTEN_FAILED, and then nothing of it is left. Those that are being started again come to it by themselves.
   */
  prepare(plan: Plan, known: Bound): Promise<Prepared> {
    return this.#prepare(plan, known, this.#running());
  }

  /** Makes a prepared plan that of new connections. Resolves when all shards that live have it. */
  async commit(plan: Plan, { bound, hosts }: Prepared): Promise<void> {
    await Promise.all(hosts.map((host) => host.commit(plan.version).catch(ifGone)));
    const late = this.#running().filter((host) => !hosts.includes(host));
    await Promise.all(
      late.map(async (host) => {
        await host.prepare(plan, bound);
        await host.commit(plan.version);
      }),
    ).catch(ifGone);
  }

  /** Accepts nobody any more. Resolves within a bounded time, whatever the shards do. */
  async stopAccepting(): Promise<void> {
    await within(STOP_ACCEPTING_MS_MAX, Promise.all(this.hosts.map((host) => host.stopAccepting())));
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
    const prepared: ShardHost[] = [];
    let bound = known;
    const take = async (host: ShardHost): Promise<void> => {
      try {
        const own = await host.prepare(plan, bound);
        prepared.push(host);
        bound = { ...bound, ...own };
      } catch (error) {
        ifGone(error);
      }
    };
    try {
      for (const { first, count } of plan.groups) {
        const group = hosts.filter(({ number }) => number >= first && number < first + count);
        while (group.length > 0 && !group.some((host) => prepared.includes(host)))
          await take(group.shift() as ShardHost);
        await settleAll(group.map(take));
      }
      if (prepared.length === 0) throw new SluiceError('SHARD_FAILED', 'no shard is running');
    } catch (error) {
      await Promise.all(prepared.map((host) => host.abort(plan.version)));
      throw error;
    }
    return { bound, hosts: prepared };
  }
}

/** A plan that some shards have prepared. */
export interface Prepared {
  readonly bound: Bound;
  readonly hosts: readonly ShardHost[];
}

function ifGone(error: unknown): void {
  if (!(error instanceof ShardGone)) throw error;
}

/** Waits for all, also where one rejects; then rejects with the first error. */
async function settleAll(tasks: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(tasks);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Waits for `done`, but no longer than this. */
export async function within(ms: number, done: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
