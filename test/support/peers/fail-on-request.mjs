// Loaded before the program (node --import): lets its shards fail when a line comes on standard input of the process,
// `hang N` for shard N.
import { createInterface } from 'node:readline';
import { BroadcastChannel, isMainThread, workerData } from 'node:worker_threads';

const channel = new BroadcastChannel('failing');
channel.unref();
if (isMainThread) {
  process.stdin.unref();
  createInterface({ input: process.stdin }).on('line', (line) => {
    const [how, shard] = line.split(' ');
    channel.postMessage({ shard: Number(shard), how });
  });
} else {
  channel.onmessage = ({ data }) => {
    if (data.shard === workerData?.number && data.how === 'hang') for (;;);
  };
  channel.unref();
}
