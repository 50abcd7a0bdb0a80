/** The code of a shard's thread: a plane, a `Shard` on it, and the mail of control. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ShardBoot } from './shard-boot.ts';
import { serveShard } from './shard-serve.ts';

if (parentPort === null) throw new Error('this is the code of a shard; run `sluice` instead');
serveShard(parentPort, workerData as ShardBoot);
