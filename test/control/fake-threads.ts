import type { StartThread, ThreadOwner } from '../../src/control/thread.ts';
import type { ShardReply, ShardRequest } from '../../src/core/mail.ts';
import type { ShardBoot } from '../../src/shard-boot.ts';

/** What is answered to a request; nothing = the thread stays silent. */
export type Answers = (request: ShardRequest) => readonly ShardReply[];

/** A shard that does all it is asked. */
export const obedient: Answers = (request) => {
  switch (request.kind) {
    case 'prepare':
      return [{ kind: 'prepared', version: request.plan.version, bound: {} }];
    case 'commit':
      return [{ kind: 'committed', version: request.version }];
    case 'abort':
      return [{ kind: 'aborted', version: request.version }];
    case 'stop-accepting':
      return [{ kind: 'accepting-stopped' }, { kind: 'empty' }];
    case 'census':
      return [{ kind: 'census-taken', gone: [] }];
    default:
      return [];
  }
};

/** One thread that does not exist: it notes its mail and is answered for, and dies, by the test. */
export class FakeThread {
  readonly boot: ShardBoot;
  readonly mail: ShardRequest[] = [];
  readonly owner: ThreadOwner;
  /** Times that somebody wanted it to end. */
  ended = 0;
  isAlive = true;
  isReferenced = true;

  constructor(boot: ShardBoot, owner: ThreadOwner) {
    this.boot = boot;
    this.owner = owner;
  }

  get kinds(): string[] {
    return this.mail.map((request) =>
      'version' in request ? `${request.kind} ${request.version}` : request.kind,
    );
  }

  die(message = 'its thread ended with code 1'): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.owner.gone(message);
  }
}

/** Threads of fakes: each answers by `answers`, in a turn of its own, and says `started` where it `starts`. */
export class FakeThreads {
  readonly all: FakeThread[] = [];
  answers: Answers = obedient;
  starts = true;
  /** Whether a thread goes when it is closed or ended. */
  ends = true;
  /** Thrown instead of a thread being started. */
  refusal: Error | null = null;

  get last(): FakeThread {
    return this.all.at(-1) as FakeThread;
  }

  readonly start: StartThread = (boot, owner) => {
    if (this.refusal !== null) throw this.refusal;
    const thread = new FakeThread(boot, owner);
    this.all.push(thread);
    if (this.starts) this.#reply(thread, { kind: 'started' });
    return {
      post: (request) => {
        thread.mail.push(request);
        for (const reply of this.answers(request)) this.#reply(thread, reply);
        if (request.kind === 'close' && this.ends)
          queueMicrotask(() => thread.die('its thread ended with code 0'));
      },
      end: async () => {
        thread.ended++;
        await Promise.resolve();
        if (this.ends) thread.die();
      },
      unref: () => {
        thread.isReferenced = false;
      },
    };
  };

  #reply(thread: FakeThread, reply: ShardReply): void {
    queueMicrotask(() => {
      if (thread.isAlive) thread.owner.heard(reply);
    });
  }
}
