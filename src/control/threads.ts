import type { ConnectionId } from '../core/connection-id.ts';
import type { FactQueue } from '../core/fact-queue.ts';
import type { InspectedConnections } from '../core/inspection.ts';
import type { NameAddresses } from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import { readWord, waitForWord } from '../core/shard-words.ts';
import type { LiveStagePlan } from '../core/stage-control.ts';
import type { ServiceEvent, ShardFailure } from '../core/watcher.ts';
import { wordsOf } from '../shared-memory/index.ts';
import type { EnterActor } from '../upstream/index.ts';
import { onExit } from './exits.ts';
import { HEARTBEAT_CHECK_MS, Heartbeat } from './heartbeat.ts';
import { Intake } from './intake.ts';
import { lostConnection, reapShard, repairTotals } from './reap.ts';
import type { Bound } from './shard-host.ts';
import type { StartThread } from './thread.ts';
import { ThreadShard } from './thread-shard.ts';

/** How soon totals are tried again that could not be put right at once. */
const REPAIR_RETRY_MS = 50;

/** How long an exit waits for all shards to reset their sockets. */
const EXIT_MS_MAX = 500;

export interface ThreadsOptions {
  readonly count: number;
  readonly regions: SharedRegions;
  readonly epoch: number;
  readonly startThread: StartThread;
  readonly facts: FactQueue;
  current(): { readonly plan: Plan; readonly bound: Bound };
  /** See `ThreadShardOptions.names`. */
  names(): NameAddresses;
  /** What each listener has at run time, for a shard that is started again. */
  stages(): ReadonlyMap<string, readonly LiveStagePlan[]>;
  /** Which connections are inspected, likewise. */
  inspected(): InspectedConnections;
  /** Told of the actors that supervise shards. */
  readonly enterActor: EnterActor;
  /** A shard took a plan by itself and accepts on these addresses. */
  took(plan: Plan, bound: Bound): void;
  tell(event: ServiceEvent): void;
}

/** The shards on threads, and what is done for them all: their facts are read, their hearts watched, their dead cleared. */
export class Threads {
  readonly shards: readonly ThreadShard[];
  readonly intake: Intake;
  readonly #options: ThreadsOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #offExit: () => void;
  #repair: NodeJS.Timeout | null = null;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    const { count, regions, facts } = options;
    this.intake = new Intake(regions, count, facts, (shard, connections) => this.#census(shard, connections));
    this.shards = Array.from({ length: count }, (_, number) => this.#shard(number));
    const heartbeat = new Heartbeat(
      this.shards.map((shard) => ({
        get isRunning() {
          return shard.state === 'running';
        },
        beat: () => readWord(wordsOf(regions, shard.number), 'BEAT'),
        silent: (ms) => shard.silent(ms),
      })),
      () => performance.now(),
    );
    this.#timer = setInterval(() => heartbeat.check(options.current().plan.hangMs), HEARTBEAT_CHECK_MS);
    this.#timer.unref();
    this.#offExit = onExit(() => this.#exit());
  }

  /** Reads the last facts and stops watching. Call when all shards are closed. */
  close(): void {
    this.#offExit();
    clearInterval(this.#timer);
    if (this.#repair !== null) clearTimeout(this.#repair);
    this.intake.close();
  }

  /** The process is ending without a drain, and its threads with it: their peers must not see a clean end. */
  #exit(): void {
    const { regions } = this.#options;
    for (const shard of this.shards) shard.exit();
    const end = performance.now() + EXIT_MS_MAX;
    for (const { number } of this.shards)
      waitForWord(wordsOf(regions, number), 'GONE', 0, Math.max(0, end - performance.now()));
  }

  #shard(number: number): ThreadShard {
    const { regions, epoch, startThread, current, names, stages, inspected, enterActor, took } =
      this.#options;
    return new ThreadShard({
      number,
      regions,
      epoch,
      startThread,
      current,
      names,
      stages,
      inspected,
      enterActor,
      took,
      facts: () => this.intake.told(),
      wake: (shard) => this.shards[shard]?.wake(),
      dead: (shard, cause, message) => this.#dead(shard, cause, message),
      restarted: ({ generation }, durationMs) =>
        this.#options.tell({ event: 'shard.restarted', shard: number, generation, durationMs }),
    });
  }

  async #census(shard: number, connections: readonly ConnectionId[]): Promise<readonly ConnectionId[]> {
    return (this.shards[shard] as ThreadShard).census(connections);
  }

  #dead({ number, generation }: ThreadShard, cause: ShardFailure | null, message: string): void {
    const { regions, facts, tell } = this.#options;
    const lost = this.intake.lost(number);
    const connections = reapShard(regions, number);
    this.#putRight();
    const at = Date.now();
    facts.deliver(lost.map((opened) => lostConnection(opened, at)));
    if (cause !== null)
      tell({ event: 'shard.failed', shard: number, generation, cause, message, connections });
    for (const shard of this.shards) shard.wake();
  }

  #putRight(): void {
    if (this.#repair !== null || repairTotals(this.#options.regions)) return;
    this.#repair = setTimeout(() => {
      this.#repair = null;
      this.#putRight();
    }, REPAIR_RETRY_MS);
  }
}
