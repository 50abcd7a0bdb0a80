import type { ShardReply } from '../core/mail.ts';
import { ShardGone } from './shard-host.ts';

type Kind = ShardReply['kind'];

interface Waiting {
  readonly kinds: readonly Kind[];
  readonly version: number | null;
  readonly resolve: (reply: ShardReply) => void;
  readonly reject: (error: Error) => void;
}

/** Matches what a thread answers with what it was asked. */
export class Mailbox {
  #waiting: Waiting[] = [];

  /**
   * The next reply of one of these kinds, and of this version where it is not null. Rejects with ShardGone when `abandon`
   * is called first.
   */
  expect<K extends Kind>(
    kinds: readonly K[],
    version: number | null,
  ): Promise<Extract<ShardReply, { kind: K }>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kinds, version, resolve: resolve as (reply: ShardReply) => void, reject });
    });
  }

  /** Hands a reply to whoever waits for it. */
  answer(reply: ShardReply): void {
    const version = 'version' in reply ? reply.version : null;
    const index = this.#waiting.findIndex(
      (waiting) =>
        waiting.kinds.includes(reply.kind) && (waiting.version === null || waiting.version === version),
    );
    this.#waiting.splice(index, index < 0 ? 0 : 1)[0]?.resolve(reply);
  }

  /** The thread is gone: nobody will answer. */
  abandon(message: string): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new ShardGone(message));
  }
}
