import { type Actor, createActor, type SnapshotFrom, waitFor } from 'xstate';
import { type ShardEvent, shardMachine } from '../../machines/shard.ts';
import type { ConnectionId } from '../core/connection-id.ts';
import { textOf } from '../core/error-fact.ts';
import { SluiceError } from '../core/errors.ts';
import type { SessionsEnd, ShardReply, ShardRequest } from '../core/mail.ts';
import type { NameAddresses } from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import type { ShardFailure } from '../core/watcher.ts';
import { Inquirer } from './inquirer.ts';
import { Mailbox } from './mailbox.ts';
import { planeOfShard } from './plane-of-shard.ts';
import { type Bound, ifGone, ShardGone, type ShardHost } from './shard-host.ts';
import type { Thread } from './thread.ts';
import type { ThreadShardOptions } from './thread-shard-options.ts';

/** From the request to close to the end of the thread at the latest: its files are flushed in the meantime. */
export const CLOSE_MS_MAX = 8_000;
/** A thread that is ended and so long afterwards is not gone, because the system holds it, is left behind. */
export const LEAVE_MS_MAX = 2_000;
/** A shard that has not begun to cut its connections after so long hangs, and is cut from outside. */
export const CUT_ANSWER_MS_MAX = 500;

/**
 * A shard on a thread of its own, and the actor that supervises it. Until `serve` a death is the end of it, so that a
 * service that cannot start says so; afterwards it is started again whenever it dies.
 */
export class ThreadShard extends Inquirer implements ShardHost {
  readonly number: number;
  readonly #options: ThreadShardOptions;
  readonly #actor: Actor<typeof shardMachine>;
  readonly #mail = new Mailbox();
  #thread: Thread | null = null;
  /** Version of the plan that the thread has; 0 = none yet. */
  #version = 0;
  #hasServed = false;
  #isDraining = false;
  #emptied: Promise<void> = Promise.resolve();
  #diedAt = 0;
  #first: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #closeDeadlines: NodeJS.Timeout[] = [];

  constructor(options: ThreadShardOptions) {
    super();
    this.#options = options;
    this.number = options.number;
    const logic = shardMachine.provide({
      actions: {
        launch: ({ context }) => this.#launch(context.generation),
        terminate: () => void this.#thread?.end(),
        reap: ({ context }) => this.#reap(context.cause, context.message),
        close: () => this.#close(),
      },
    });
    this.#actor = createActor(logic, { input: { number: options.number } });
    options.enterActor({ chart: 'shard', shard: options.number }, this.#actor);
  }

  get generation(): number {
    return this.#snapshot.context.generation;
  }

  get state(): string {
    return this.#snapshot.value;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#first = { resolve, reject };
      this.#actor.start();
    });
  }

  async settled(ms: number): Promise<void> {
    await waitFor(this.#actor, (snapshot) => snapshot.matches('running'), { timeout: ms }).catch(() => {});
  }

  async prepare(plan: Plan, bound: Bound): Promise<Bound> {
    const reply = await this.ask({ kind: 'prepare', plan, bound }, ['prepared', 'refused'], plan.version);
    if (reply.kind === 'prepared') return reply.bound;
    throw new SluiceError('LISTEN_FAILED', reply.message);
  }

  async commit(version: number): Promise<void> {
    await this.ask({ kind: 'commit', version }, ['committed'], version);
    this.#version = version;
  }

  async abort(version: number): Promise<void> {
    await this.ask({ kind: 'abort', version }, ['aborted'], version).catch(ifGone);
  }

  serve(): void {
    if (this.#thread === null) throw this.#goneError();
    this.#hasServed = true;
    this.#actor.send({ type: 'serving' });
  }

  async catchUp(): Promise<void> {
    await this.#takeCurrent().catch((error: unknown) => this.#failed(error));
  }

  /** No sign of life for this long. */
  silent(ms: number): void {
    this.#actor.send({ type: 'silent', message: `no sign of life for ${Math.round(ms)} ms` });
  }

  /** Which of these connections it has no more. Rejects with ShardGone where it dies before it answers. */
  async census(connections: readonly ConnectionId[]): Promise<readonly ConnectionId[]> {
    return (await this.ask({ kind: 'census', connections }, ['census-taken'], null)).gone;
  }

  /** From here on it is not started again when it dies, nor where it is dead already. */
  async stopAccepting(): Promise<void> {
    this.#isDraining = true;
    if (this.#snapshot.matches('waiting')) this.#tell({ type: 'stop' });
    if (this.#thread === null) return;
    this.#emptied = this.#mail.expect(['empty'], null).then(() => {}, ifGone);
    await this.ask({ kind: 'stop-accepting' }, ['accepting-stopped'], null).catch(ifGone);
  }

  cut(): void {
    const thread = this.#thread;
    const late = setTimeout(() => {
      if (thread !== null && this.#thread === thread) this.silent(CUT_ANSWER_MS_MAX);
    }, CUT_ANSWER_MS_MAX);
    const cutting = this.ask({ kind: 'cut' }, ['cutting'], null);
    void cutting.catch(ifGone).finally(() => clearTimeout(late));
  }

  empty(): Promise<void> {
    return this.#emptied;
  }

  wake(): void {
    this.#post({ kind: 'wake' });
  }

  tellNames(addresses: NameAddresses): void {
    if (Object.keys(addresses).length > 0) this.#post({ kind: 'names', addresses });
  }

  endSessions(backend: number, most: number, why: SessionsEnd): void {
    this.#post({ kind: 'end-sessions', backend, most, why });
  }

  async close(): Promise<void> {
    if (this.#first === null || this.#snapshot.status !== 'active') return;
    const stopped = new Promise<void>((resolve) => {
      this.#actor.subscribe({ complete: resolve, error: () => resolve() });
    });
    this.#actor.send({ type: 'stop' });
    await stopped;
    this.#closeDeadlines.forEach(clearTimeout);
  }

  /** The process ends without a drain: the thread is told to reset its sockets, and waited for by the caller. */
  exit(): void {
    this.#post({ kind: 'exit' });
  }

  get #snapshot(): SnapshotFrom<typeof shardMachine> {
    return this.#actor.getSnapshot();
  }

  #launch(generation: number): void {
    const { number, regions, epoch, startThread, current } = this.#options;
    this.#version = 0;
    try {
      const boot = { number, generation, regions, epoch, ...planeOfShard(current().plan, number) };
      this.#thread = startThread(boot, {
        heard: (reply) => this.#heard(reply),
        threw: (error) => this.#tell({ type: 'threw', message: textOf(error) }),
        gone: (message) => this.#gone(message),
      });
    } catch (error) {
      // The chart is still entering the state, and hears of it afterwards.
      queueMicrotask(() => this.#gone(`its thread could not be started: ${textOf(error)}`));
    }
  }

  #gone(message: string): void {
    this.#thread = null;
    this.#diedAt = performance.now();
    this.#tell({ type: 'exited', message });
    this.#first?.reject(
      new SluiceError('SHARD_FAILED', `shard ${this.number} did not start: ${this.#why()}`),
    );
    this.#mail.abandon(this.#goneError().message);
  }

  #heard(reply: ShardReply): void {
    switch (reply.kind) {
      case 'started':
        this.tellNames(this.#options.names());
        if (this.#hasServed) void this.#restore();
        else this.#first?.resolve();
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

  async #restore(): Promise<void> {
    try {
      // Mail is read in order: the first client of the plan finds them.
      const inspected = this.#options.inspected();
      if (inspected.connections.length + inspected.listeners.length > 0)
        this.#post({ kind: 'inspect', inspected, version: this.nextInquiry() });
      for (const [listener, stages] of this.#options.stages())
        this.#post({ kind: 'stages', listener, stages, version: this.nextInquiry() });
      await this.#takeCurrent();
      this.#tell({ type: 'serving' });
      this.#options.restarted(this, performance.now() - this.#diedAt);
    } catch (error) {
      await this.#failed(error);
    }
  }

  /** Takes the plan in force; again where a reload came in between. */
  async #takeCurrent(): Promise<void> {
    while (this.#version !== this.#options.current().plan.version) {
      const { plan, bound } = this.#options.current();
      const own = await this.prepare(plan, bound);
      await this.commit(plan.version);
      this.#options.took(plan, own);
    }
  }

  /** Without the plan in force it is of no use: it is started again, unless it ends anyway. */
  async #failed(error: unknown): Promise<void> {
    if (error instanceof ShardGone || this.#isDraining) return;
    const thread = this.#thread;
    this.#tell({ type: 'threw', message: textOf(error) });
    await thread?.end();
  }

  #reap(cause: ShardFailure | null, message: string): void {
    this.#options.dead(this, this.#snapshot.matches('stopping') ? null : cause, message);
    if (this.#isDraining || !this.#hasServed) queueMicrotask(() => this.#tell({ type: 'stop' }));
  }

  #close(): void {
    if (this.#thread === null) {
      this.#tell({ type: 'exited', message: 'it was gone already' });
      return;
    }
    this.#post({ kind: 'close' });
    this.#closeDeadlines = [
      setTimeout(() => void this.#thread?.end(), CLOSE_MS_MAX),
      setTimeout(() => this.#leave(), CLOSE_MS_MAX + LEAVE_MS_MAX),
    ];
  }

  /** The thread cannot be ended: what it held is given back all the same. */
  #leave(): void {
    this.#thread?.unref();
    this.#gone('its thread could not be ended');
  }

  protected async ask<K extends ShardReply['kind']>(
    request: ShardRequest,
    kinds: readonly K[],
    version: number | null,
  ): Promise<Extract<ShardReply, { kind: K }>> {
    if (this.#thread === null) throw this.#goneError();
    const answer = this.#mail.expect(kinds, version);
    this.#post(request);
    return answer;
  }

  #goneError(): ShardGone {
    return new ShardGone(`shard ${this.number} is gone: ${this.#why()}`);
  }

  /** Of what it died, in one line. */
  #why(): string {
    return this.#snapshot.context.message.split('\n', 1)[0] ?? '';
  }

  #post(request: ShardRequest): void {
    this.#thread?.post(request);
  }

  #tell(event: ShardEvent): void {
    if (this.#snapshot.status === 'active') this.#actor.send(event);
  }
}
