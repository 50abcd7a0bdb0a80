/**
 * What stages cost a chunk: chunks through the stages of one direction into a sink that takes all at once, side by side in
 * one run, as CPU of this process and as ratios to no stage. No network is in it: beside these figures stand the 3 system
 * calls of a message, some 10 µs. `npm run bench:stages`.
 */
import { performance } from 'node:perf_hooks';
import { asapScheduler } from 'rxjs';
import { parseConfig } from '../../src/index.ts';
import { median } from '../median.ts';
import { CHUNK_SIZES, ChunkPipe } from './chunk-pipe.ts';

const ROUNDS = 9;
const ROUND_MS = 60;
/** Looks at the clock once in so many chunks. */
const BATCH = 500;

const PASS = 'pass_through: {}';
const NEVER = 'target: { source: 192.0.2.0/24 }';

/** What is measured, by name; the first is what the others are compared with. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'no stage': [],
  '1 pass_through': [PASS],
  '4 pass_through': [PASS, PASS, PASS, PASS],
  rate_limit: ['rate_limit: { up: 1000GiB/s, burst: 1GiB }'],
  'latency, for others': [`latency: { up: 50ms, ${NEVER} }`],
  corrupt: ['corrupt: { rate: 0.000000001, direction: up }'],
  stall: ['stall: { probability: 0.000000001, pause: 1ms, pause_max: 1ms }'],
  quota: ['quota: { bytes: 1048576GiB }'],
  limit_data: ['limit_data: { up: 1048576GiB }'],
  drop_connection: ['drop_connection: { probability: 0.000000001 }'],
  flight_recorder: ['flight_recorder: { bytes: 64KiB, file: "{connection}.pcapng" }'],
  'rate_limit, quota, corrupt, stall': [
    'rate_limit: { up: 1000GiB/s, burst: 1GiB }',
    'quota: { bytes: 1048576GiB }',
    'corrupt: { rate: 0.000000001, direction: up }',
    'stall: { probability: 0.000000001, pause: 1ms, pause_max: 1ms }',
  ],
};

for (const bytes of CHUNK_SIZES) {
  const pipes = Object.entries(WAYS).map(([name, stages]) => ({
    name,
    pipe: open(stages, bytes),
    ns: [] as number[],
  }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { pipe, ns } of pipes) {
      const each = nanosecondsPerChunk(pipe);
      if (round > 0) ns.push(each);
    }
  }
  const base = pipes[0]?.ns ?? [];
  console.log(`chunks of ${bytes} bytes${' '.repeat(16)}ns a chunk   ratio to no stage   spread`);
  for (const { name, ns } of pipes) {
    const ratios = ns
      .map((value, round) => value / (base[round] ?? Number.NaN))
      .toSorted((one, other) => one - other);
    const middle = ratios[ROUNDS >> 1] ?? Number.NaN;
    const spread = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`;
    console.log(
      `${name.padEnd(36)}${median(ns).toFixed(0).padStart(9)}${middle.toFixed(2).padStart(20)}   ${spread}`,
    );
  }
}

function open(stages: readonly string[], bytes: number): ChunkPipe {
  const list = stages.map((stage) => `{ ${stage} }`).join(', ');
  const named = stages.length === 0 ? '' : `, stages: [${list}]`;
  const { plan } = parseConfig(
    `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: sink${named} }]
pools: { sink: { backends: [127.0.0.1:1], health: off } }
`,
    'bench.yaml',
  );
  return new ChunkPipe(plan.listeners[0]?.routes[0]?.stages ?? [], bytes, asapScheduler);
}

/** CPU time of this process, so that others on the machine do not count. */
function nanosecondsPerChunk(pipe: ChunkPipe): number {
  const end = performance.now() + ROUND_MS;
  const before = process.cpuUsage();
  let chunks = 0;
  while (performance.now() < end) {
    pipe.push(BATCH);
    chunks += BATCH;
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / chunks;
}
