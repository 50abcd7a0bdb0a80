// A Sluice whose shards fail on request: node failing-host.mjs run FILE
// Lines on standard input: `throw N`, `exit N`, `hang N` for shard N; `hang-unseen N AFTER MS` hangs shard N and, AFTER
// milliseconds after control began to end that shard, blocks control's thread for so long; `stall MS` keeps it busy
// now; `quit CODE` ends the process as code does that knows nothing of the service. Ends on SIGTERM as the program does.
import { createInterface } from 'node:readline';
import { BroadcastChannel } from 'node:worker_threads';
import { loadConfig, startService } from '../../../dist/src/index.js';

const shardEntry = new URL('./failing-shard.mjs', import.meta.url);
const channel = new BroadcastChannel('failing');
const service = await startService(loadConfig(process.argv[3]).plan, { shardEntry });

const commands = {
  stall: (ms) => stall(ms),
  quit: (code) => process.exit(code),
  'hang-unseen': (shard, after, ms) => {
    fail('hang', shard);
    const timer = setInterval(() => {
      if (service.status().shards[shard].state !== 'ending') return;
      clearInterval(timer);
      setTimeout(block, after, ms);
    }, 1);
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const [how, ...numbers] = line.split(' ');
  const command = commands[how] ?? ((shard) => fail(how, shard));
  command(...numbers.map(Number));
});

function fail(how, shard) {
  channel.postMessage({ shard, how });
}

function stall(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** As a write that waits for a disk: nothing at all runs on this thread, while a loop is interrupted by the inspector. */
function block(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

process.once('SIGTERM', async () => {
  await service.drain('SIGTERM');
  process.exit(0);
});
