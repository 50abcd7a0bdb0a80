// A Sluice whose shards fail on request: node failing-host.mjs run FILE
// Lines on standard input: `throw N`, `exit N`, `hang N` for shard N; `hang-unseen N AFTER MS` hangs shard N and, AFTER
// milliseconds after control began to end that shard, blocks control's thread for so long; `stall PATH` blocks it now,
// until there is a file of that name; `quit CODE` ends the process as code does that knows nothing of the service. Ends
// on SIGTERM as the program does.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { BroadcastChannel } from 'node:worker_threads';
import { loadConfig, startService } from '../../../dist/src/index.js';

const shardEntry = new URL('./failing-shard.mjs', import.meta.url);
const channel = new BroadcastChannel('failing');
const service = await startService(loadConfig(process.argv[3]).plan, { shardEntry });

/** Between two looks for a file, in milliseconds. */
const LOOK_MS = 20;

const commands = {
  stall: (path) => {
    while (!existsSync(path)) block(LOOK_MS);
  },
  quit: (code) => process.exit(Number(code)),
  'hang-unseen': (...numbers) => {
    const [shard, after, ms] = numbers.map(Number);
    fail('hang', shard);
    const timer = setInterval(() => {
      if (service.status().shards[shard].state !== 'ending') return;
      clearInterval(timer);
      setTimeout(block, after, ms);
    }, 1);
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const [how, ...words] = line.split(' ');
  const command = commands[how] ?? ((shard) => fail(how, Number(shard)));
  command(...words);
});

function fail(how, shard) {
  channel.postMessage({ shard, how });
}

/** As a write that waits for a disk: nothing at all runs on this thread, while a loop is interrupted by the inspector. */
function block(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

process.once('SIGTERM', async () => {
  await service.drain('SIGTERM');
  process.exit(0);
});
