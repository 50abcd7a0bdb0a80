/**
 * What a mirror costs the connection it copies: a stream and a ping-pong through one shard without a stage, with
 * `pass_through`, and with mirrors that behave and that do not, in turns. Printed as ratios within one run to
 * `pass_through`, since every stage takes the plane's own way of moving bytes away. Run it from a build:
 * `npm run bench:mirror [plane]`.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig, startService } from '../../src/index.ts';
import { median } from '../median.ts';

const ROUNDS = 11;
const PEERS = fileURLToPath(new URL('./peers.js', import.meta.url));
const WAYS = {
  pass_through: 'pass_through: {}',
  'no stage': '',
  'a mirror that reads': 'mirror: { to: reads, on_full: drop_bytes }',
  'one that never reads, drop_connection': 'mirror: { to: silent, on_full: drop_connection }',
  'one that never reads, drop_bytes': 'mirror: { to: silent, on_full: drop_bytes }',
  'one that reads 1 KiB/s, drop_connection': 'mirror: { to: slow, on_full: drop_connection }',
  'one that reads 1 KiB/s, drop_bytes': 'mirror: { to: slow, on_full: drop_bytes }',
  'one that resets': 'mirror: { to: resets }',
  'one that refuses': 'mirror: { to: refuses }',
} as const;
type Way = keyof typeof WAYS;
const NAMES = Object.keys(WAYS) as Way[];

interface Ports {
  readonly sink: number;
  readonly echo: number;
  readonly silent: number;
  readonly slow: number;
  readonly resets: number;
}

interface Figures {
  readonly mebibytesPerSecond: number[];
  readonly p99Us: number[];
}

const peers = spawn(process.execPath, [PEERS, 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
const ports = await new Promise<Ports>((resolve) =>
  peers.stdout.once('data', (data: Buffer) => resolve(JSON.parse(data.toString()))),
);
const listeners = NAMES.flatMap((name, place) => {
  const stages = WAYS[name] === '' ? '' : `, stages: [{ ${WAYS[name]} }]`;
  return ['sink', 'echo'].map(
    (pool) => `{ name: ${pool}${place}, listen: 127.0.0.1:0, to: ${pool}${stages} }`,
  );
});
const { plan } = parseConfig(
  `
plane: ${process.argv[2] ?? 'auto'}
workers: 1
listeners: [${listeners.join(', ')}]
pools:
  sink: { backends: [127.0.0.1:${ports.sink}], health: off }
  echo: { backends: [127.0.0.1:${ports.echo}], health: off }
  reads: { backends: [127.0.0.1:${ports.sink}], health: off }
  silent: { backends: [127.0.0.1:${ports.silent}], health: off }
  slow: { backends: [127.0.0.1:${ports.slow}], health: off }
  resets: { backends: [127.0.0.1:${ports.resets}], health: off }
  refuses: { backends: [127.0.0.1:1], health: off }
telemetry: { access_log: { to: "off" } }
timeouts: { hang: never }
`,
  'bench.yaml',
);
const service = await startService(plan);
const pings = startPings();
const figures = new Map<Way, Figures>(NAMES.map((name) => [name, { mebibytesPerSecond: [], p99Us: [] }]));
for (let round = 0; round <= ROUNDS; round++) {
  const p99 = await pings.round();
  for (const turn of NAMES.keys()) {
    const place = (turn + round) % NAMES.length;
    const name = NAMES[place] ?? 'pass_through';
    const stream = await load(`sink${place}`);
    if (round === 0) continue;
    figures.get(name)?.mebibytesPerSecond.push(stream);
    figures.get(name)?.p99Us.push(p99[place] ?? Number.NaN);
  }
}
pings.end();
const memory = Math.round(process.memoryUsage.rss() / 1024 / 1024);
await service.drain(null);
peers.kill();

const base = figures.get('pass_through');
console.log(`${plan.groups[0]?.plane} plane, ${ROUNDS} rounds, ${memory} MiB of memory at the end`);
for (const [name, { mebibytesPerSecond, p99Us }] of figures) {
  const speed = ratio(mebibytesPerSecond, base?.mebibytesPerSecond);
  const p99 = ratio(p99Us, base?.p99Us);
  console.log(
    `${name.padEnd(40)} ${median(mebibytesPerSecond).toFixed(0).padStart(6)} MiB/s (${speed})   p99 ${median(p99Us).toFixed(0).padStart(5)} µs (${p99})`,
  );
}

/** Mebibytes a second of one stream through the listener. */
function load(listener: string): Promise<number> {
  const child = spawn(process.execPath, [PEERS, 'load', portOf(listener)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve) => child.once('close', () => resolve(Number(text))));
}

/** One process and one connection a way for the whole run: `round` answers with the p99 of each way. */
function startPings(): { round(): Promise<readonly number[]>; end(): void } {
  const child = spawn(process.execPath, [PEERS, 'ping', ...NAMES.map((_, place) => portOf(`echo${place}`))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return {
    round() {
      child.stdin.write('\n');
      return new Promise((resolve) =>
        child.stdout.once('data', (data: Buffer) => resolve(JSON.parse(data.toString()))),
      );
    },
    end: () => child.stdin.end(),
  };
}

function portOf(listener: string): string {
  return service.listeners[listener]?.split(':').at(-1) ?? '';
}

/** Round by round, so that what disturbs a round disturbs both. */
function ratio(values: readonly number[], others: readonly number[] = []): string {
  return median(values.map((value, round) => value / (others[round] ?? Number.NaN))).toFixed(3);
}
