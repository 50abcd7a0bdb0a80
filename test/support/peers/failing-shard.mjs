// The code of a shard's thread that fails when it is told to: on the channel `failing`, { shard, how } with how one of
// throw, exit, hang.
import { BroadcastChannel, workerData } from 'node:worker_threads';

const channel = new BroadcastChannel('failing');
channel.unref();
channel.onmessage = ({ data }) => {
  if (data.shard !== workerData.number) return;
  if (data.how === 'exit') process.exit(7);
  if (data.how === 'hang') for (;;);
  setImmediate(() => {
    throw new Error('thrown by the test');
  });
};
await import('../../../dist/bundle/shard-worker.js');
