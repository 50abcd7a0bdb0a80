import { Worker } from 'node:worker_threads';
import { type Actor, createActor, type SnapshotFrom } from 'xstate';
import { type ShardEvent, shardMachine } from '../../machines/shard.ts';
import { textOf } from '../core/error-fact.ts';
import { SluiceError } from '../core/errors.ts';
import type { ShardReply, ShardRequest } from '../core/mail.ts';
import type { Plan } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import type { ShardFailure } from '../core/watcher.ts';
import type { ShardBoot } from '../shard-boot.ts';
import { cutHungThread } from './cut-hung.ts';
import { Mailbox } from './mailbox.ts';
import { type Bound, ShardGone, type ShardHost } from './shard-host.ts';

/** From the request to close to the end of the thread at the latest: its files are flushed in the meantime. */
export const CLOSE_MS_MAX = 8_000;

/** What a shard on a thread asks of the service it belongs to. */
export interface ThreadShardOptions {
  readonly number: number;
  readonly regions: SharedRegions;
  /** Of the process's monotonic clock, for the shard's plane. */
  readonly epoch: number;
  /** The code of the thread. */
  readonly entry: URL;
  /** What a shard that is started again begins with. */
  current(): { readonly plan: Plan; readonly bound: Bound };
  /** There are facts in its ring. */
  facts(): void;
  /** Wake another shard. */
  wake(shard: number): void;
  /** It is dead and its thread is gone: give back what it held. */
  dead(shard: ThreadShard, cause: ShardFailure | null, message: string): void;
  /** Another one serves in its place, so long after the death. */
  restarted(shard: ThreadShard, durationMs: number): void;
}

/** A shard on a thread of its own, and the actor that supervises it. */
export class ThreadShard implements ShardHost {
  readonly number: number;
  readonly #options: ThreadShardOptions;
  readonly #actor: Actor<typeof shardMachine>;
  readonly #mail = new Mailbox();
  #worker: Worker | null = null;
  #isFirst = true;
  #isDraining = false;
  #emptied: Promise<void> = Promise.resolve();
  #diedAt = 0;
  #tellStarted: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #closeDeadline: NodeJS.Timeout | null = null;

  constructor(options: ThreadShardOptions) {
    this.#options = options;
    this.number = options.number;
    const logic = shardMachine.provide({
      actions: {
        launch: ({ context }) => this.#launch(context.generation),
        terminate: () => void this.#terminate(),
        reap: ({ context }) => this.#reap(context.cause, context.message),
        close: () => this.#close(),
      },
    });
    this.#actor = createActor(logic, { input: { number: options.number } });
  }

  get generation(): number {
    return this.#snapshot.context.generation;
  }

  get state(): string {
    return this.#snapshot.value;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tellStarted = { resolve, reject };
      this.#actor.start();
    });
  }

  async prepare(plan: Plan, bound: Bound): Promise<Bound> {
    const reply = await this.#ask({ kind: 'prepare', plan, bound }, ['prepared', 'refused'], plan.version);
    if (reply.kind === 'prepared') return reply.bound;
    throw new SluiceError('LISTEN_FAILED', reply.message);
  }

  async commit(version: number): Promise<void> {
    await this.#ask({ kind: 'commit', version }, ['committed'], version);
  }

  async abort(version: number): Promise<void> {
    await this.#ask({ kind: 'abort', version }, ['aborted'], version).catch(ifGone);
  }

  serve(): void {
    this.#isFirst = false;
    this.#actor.send({ type: 'serving' });
  }

  /** No sign of life for this long. */
  silent(ms: number): void {
    this.#actor.send({ type: 'silent', message: `no sign of life for ${Math.round(ms)} ms` });
  }

  /** From here on it is not started again when it dies. */
  async stopAccepting(): Promise<void> {
    this.#isDraining = true;
    this.#emptied = this.#mail.expect(['empty'], null).then(() => {}, ifGone);
    if (this.#worker === null) this.#mail.abandon('it is gone already');
    await this.#ask({ kind: 'stop-accepting' }, ['accepting-stopped'], null).catch(ifGone);
  }

  cut(): void {
    this.#post({ kind: 'cut' });
  }

  empty(): Promise<void> {
    return this.#emptied;
  }

  wake(): void {
    this.#post({ kind: 'wake' });
  }

  async close(): Promise<void> {
    if (this.#tellStarted === null || this.#snapshot.status !== 'active') return;
    const stopped = new Promise<void>((resolve) => {
      this.#actor.subscribe({ complete: resolve, error: () => resolve() });
    });
    this.#actor.send({ type: 'stop' });
    await stopped;
    if (this.#closeDeadline !== null) clearTimeout(this.#closeDeadline);
  }

  /** The process ends without a drain: the thread is told to reset its sockets, and waited for by the caller. */
  exit(): void {
    this.#post({ kind: 'exit' });
  }

  get #snapshot(): SnapshotFrom<typeof shardMachine> {
    return this.#actor.getSnapshot();
  }

  #launch(generation: number): void {
    const { number, regions, epoch, entry } = this.#options;
    const workerData: ShardBoot = { number, generation, regions, epoch };
    const worker = new Worker(entry, { workerData, name: `sluice shard ${number}` });
    this.#worker = worker;
    worker.on('message', (reply: ShardReply) => this.#heard(reply));
    worker.on('messageerror', (error) => this.#tell({ type: 'threw', message: textOf(error) }));
    worker.on('error', (error) => this.#tell({ type: 'threw', message: textOf(error) }));
    worker.on('exit', (code) => {
      this.#worker = null;
      this.#diedAt = performance.now();
      const message = `its thread ended with code ${code}`;
      this.#tell({ type: 'exited', message });
      this.#tellStarted?.reject(new SluiceError('SHARD_FAILED', `shard ${number} did not start: ${message}`));
      this.#mail.abandon(message);
    });
  }

  #heard(reply: ShardReply): void {
    switch (reply.kind) {
      case 'started':
        if (this.#isFirst) this.#tellStarted?.resolve();
        else void this.#restore();
        return;
      case 'facts':
        this.#options.facts();
        return;
      case 'wake':
        this.#options.wake(reply.shard);
        return;
      case 'threw':
        this.#tell({ type: 'threw', message: reply.message });
        return;
      default:
        this.#mail.answer(reply);
    }
  }

  /** A shard that was started again takes the plan in force; again where a reload came in between. */
  async #restore(): Promise<void> {
    try {
      let version = 0;
      while (version !== this.#options.current().plan.version) {
        const { plan, bound } = this.#options.current();
        await this.prepare(plan, bound);
        await this.commit(plan.version);
        version = plan.version;
      }
      this.#tell({ type: 'serving' });
      this.#options.restarted(this, performance.now() - this.#diedAt);
    } catch (error) {
      if (error instanceof ShardGone) return;
      this.#tell({ type: 'threw', message: textOf(error) });
      await this.#terminate();
    }
  }

  /** Where it hangs it is made to reset its sockets first. */
  async #terminate(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    await cutHungThread(worker.threadId);
    await worker.terminate();
  }

  #reap(cause: ShardFailure | null, message: string): void {
    this.#options.dead(this, this.#snapshot.matches('stopping') ? null : cause, message);
    if (this.#isDraining) queueMicrotask(() => this.#tell({ type: 'stop' }));
  }

  #close(): void {
    const worker = this.#worker;
    if (worker === null) {
      this.#tell({ type: 'exited', message: 'it was gone already' });
      return;
    }
    this.#post({ kind: 'close' });
    this.#closeDeadline = setTimeout(() => void this.#terminate(), CLOSE_MS_MAX);
  }

  async #ask<K extends ShardReply['kind']>(
    request: ShardRequest,
    kinds: readonly K[],
    version: number | null,
  ): Promise<Extract<ShardReply, { kind: K }>> {
    if (this.#worker === null) throw new ShardGone(`shard ${this.number} is being started again`);
    const answer = this.#mail.expect(kinds, version);
    this.#post(request);
    return answer;
  }

  #post(request: ShardRequest): void {
    this.#worker?.postMessage(request);
  }

  #tell(event: ShardEvent): void {
    if (this.#snapshot.status === 'active') this.#actor.send(event);
  }
}

function ifGone(error: unknown): void {
  if (!(error instanceof ShardGone)) throw error;
}
