import { Worker } from 'node:worker_threads';
import type { ShardReply, ShardRequest } from '../core/mail.ts';
import type { ShardBoot } from '../shard-boot.ts';
import { cutHungThread } from './cut-hung.ts';

/** The thread of one life of a shard. */
export interface Thread {
  /** Nothing happens where it is gone. */
  post(request: ShardRequest): void;
  /** Makes it reset its sockets, also where it hangs, and ends it. Resolves when that has been tried; never rejects. */
  end(): Promise<void>;
  /** Does not keep the process alive any more. */
  unref(): void;
}

/** Hears of a thread. */
export interface ThreadOwner {
  heard(reply: ShardReply): void;
  /** Something that nothing caught; the thread ends. */
  threw(error: unknown): void;
  /** It is gone, and nothing more is heard of it. Called once, and not before the thread was returned. */
  gone(message: string): void;
}

/** Starts a thread for a shard; throws where the system gives none. */
export type StartThread = (boot: ShardBoot, owner: ThreadOwner) => Thread;

/** Starts threads that run `entry`. */
export function threadStarter(entry: URL): StartThread {
  return (boot, owner) => {
    const worker = new Worker(entry, { workerData: boot, name: `sluice shard ${boot.number}` });
    worker.on('message', (reply: ShardReply) => owner.heard(reply));
    worker.on('messageerror', (error) => owner.threw(error));
    worker.on('error', (error) => owner.threw(error));
    worker.on('exit', (code) => owner.gone(`its thread ended with code ${code}`));
    return {
      post: (request) => worker.postMessage(request),
      end: async () => {
        await cutHungThread(worker.threadId);
        await worker.terminate();
      },
      unref: () => worker.unref(),
    };
  };
}
