// A Sluice whose shards fail on request: node failing-host.mjs run FILE
// Lines on standard input: `throw N`, `exit N`, `hang N` for shard N; `stall MS` keeps the control thread busy for so long.
// Ends on SIGTERM as the program does.
import { createInterface } from 'node:readline';
import { BroadcastChannel } from 'node:worker_threads';
import { loadConfig, startService } from '../../../dist/src/index.js';

const shardEntry = new URL('./failing-shard.mjs', import.meta.url);
const channel = new BroadcastChannel('failing');
const service = await startService(loadConfig(process.argv[3]).plan, { shardEntry });
createInterface({ input: process.stdin }).on('line', (line) => {
  const [how, number] = line.split(' ');
  if (how === 'stall') {
    const end = performance.now() + Number(number);
    while (performance.now() < end);
    return;
  }
  channel.postMessage({ shard: Number(number), how });
});
process.once('SIGTERM', async () => {
  await service.drain('SIGTERM');
  process.exit(0);
});
