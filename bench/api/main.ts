/**
 * What the admin API takes from the data path. First round trips of 16 connections while 1,000 streams of events are asked
 * for and malformed requests come without a pause, beside those while nobody asks, in turns within one run: the ratio is
 * judged (exit code 1 below RATIO_MIN). Then what a page of 50,000 live connections costs their shard, on the memory plane. Run it
 * from a build: `npm run bench:api`, half a minute.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig, startService } from '../../src/index.ts';
import { LISTED, listingCosts } from './listing.ts';

const PEERS = fileURLToPath(new URL('./peers.js', import.meta.url));
const ROUNDS = 9;
const ROUND_MS = 1_000;
/** Of the round trips of a quiet data path, what abuse has to leave; the abuser takes a part of the machine itself. */
const RATIO_MIN = 0.3;

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

const backend = await start('serve');
const { plan } = parseConfig(
  `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${backend.first}], health: off } }
telemetry: { access_log: { to: "off" } }
admin: { listen: 127.0.0.1:0 }
workers: 1
`,
  'bench.yaml',
);
const service = await startService(plan);
const edge = service.listeners['edge']?.split(':').at(-1) ?? '';
const admin = new URL(service.urls['admin'] ?? '').port;
await trips(edge);

const ratios: number[] = [];
let asked = 0;
for (let round = 0; round < ROUNDS; round++) {
  const quiet = await trips(edge);
  const abuser = await start('abuse', admin);
  const abused = await trips(edge);
  asked += Number(await stop(abuser.child));
  ratios.push(abused / quiet);
}
await service.drain(null);
const [least, median, most] = [0, ROUNDS >> 1, ROUNDS - 1].map((at) => ratios.toSorted((a, b) => a - b)[at]);
console.log(
  `round trips under abuse / without: ${two(median)} (${two(least)}..${two(most)}), at least ${RATIO_MIN}; ` +
    `${asked} requests and streams in ${(ROUNDS * ROUND_MS) / 1000} s`,
);

console.log(`a page of 100 of ${LISTED} live connections, in the portions that their shard spends on it`);
console.log('sort   portions   CPU ms  median ms  longest ms');
for (const { sort, turns, cpuMs, medianMs, longestMs } of await listingCosts())
  console.log(
    [
      sort.padEnd(6),
      `${turns}`.padStart(8),
      two(cpuMs).padStart(8),
      two(medianMs).padStart(10),
      two(longestMs).padStart(11),
    ].join(' '),
  );
process.exit((median ?? 0) >= RATIO_MIN ? 0 : 1);

interface Peer {
  readonly child: ChildProcess;
  /** The first line it has said. */
  readonly first: string;
}

/** Starts a peer that says something once it has begun. */
function start(...args: string[]): Promise<Peer> {
  const child = spawn(process.execPath, [PEERS, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve({ child, first: `${data}`.trim() }));
    child.once('exit', () => reject(new Error(`the peer ${args[0]} ended before it had begun`)));
  });
}

/** Ends a peer; its last line. */
function stop(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve) => {
    child.once('close', () => resolve(text.trim().split('\n').at(-1) ?? ''));
    child.kill('SIGTERM');
  });
}

/** Round trips through a port in ROUND_MS. */
async function trips(port: string): Promise<number> {
  const { first } = await start('ping', port, String(ROUND_MS));
  return Number(first);
}

function two(value: number | undefined): string {
  return (value ?? Number.NaN).toFixed(2);
}
