import { Worker } from 'node:worker_threads';
import type { ShardReply, ShardRequest } from '../core/mail.ts';
import { startThreadKit, type ThreadKit } from '../plane/linux/index.ts';
import type { ShardBoot } from '../shard-boot.ts';
import { cutHungThread } from './cut-hung.ts';

/**
 * What a shard's thread may use for objects that have just been made. Node's own limit is 48 MB, of which a thread with
 * a few thousand idle connections keeps most without need (D-048).
 */
const YOUNG_MB_MAX = 8;

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
    const kit = boot.plane === 'linux' ? startThreadKit(boot.pipesMax) : null;
    const workerData: ShardBoot = { ...boot, linux: kit?.thread ?? null };
    const worker = newWorker(entry, workerData, kit);
    worker.on('message', (reply: ShardReply) => owner.heard(reply));
    worker.on('messageerror', (error) => owner.threw(error));
    worker.on('error', (error) => owner.threw(error));
    worker.on('exit', (code) => {
      kit?.release();
      owner.gone(`its thread ended with code ${code}`);
    });
    return {
      post: (request) => {
        worker.postMessage(request);
        kit?.wake();
      },
      end: async () => {
        await cutHungThread(worker.threadId);
        await worker.terminate();
      },
      unref: () => worker.unref(),
    };
  };
}

function newWorker(entry: URL, workerData: ShardBoot, kit: ThreadKit | null): Worker {
  try {
    return new Worker(entry, {
      workerData,
      name: `sluice shard ${workerData.number}`,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB_MAX },
    });
  } catch (error) {
    kit?.release();
    throw error;
  }
}
