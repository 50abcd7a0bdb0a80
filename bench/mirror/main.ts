/**
 * What a mirror costs the connection it copies: the same stream through one shard without a stage, with `pass_through`,
 * with a mirror that reads and with one that never reads, in turns. Printed as ratios within one run to `pass_through`,
 * since every stage takes the plane's own way of moving bytes away. Run it from a build: `npm run bench:mirror [plane]`.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig, startService } from '../../src/index.ts';

const ROUNDS = 7;
const PEERS = fileURLToPath(new URL('./peers.js', import.meta.url));
const WAYS = {
  'no stage': '',
  pass_through: 'pass_through: {}',
  'a mirror that reads': 'mirror: { to: reads, on_full: drop_bytes }',
  'a mirror that never reads, dropped': 'mirror: { to: silent, on_full: drop_connection }',
  'a mirror that never reads, drop_bytes': 'mirror: { to: silent, on_full: drop_bytes }',
} as const;
type Way = keyof typeof WAYS;
const NAMES = Object.keys(WAYS) as Way[];

const peers = spawn(process.execPath, [PEERS, 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
const ports = await new Promise<{ sink: number; silent: number }>((resolve) =>
  peers.stdout.once('data', (data: Buffer) => resolve(JSON.parse(data.toString()))),
);
const listeners = NAMES.map((name, place) => {
  const stages = WAYS[name] === '' ? '' : `, stages: [{ ${WAYS[name]} }]`;
  return `{ name: l${place}, listen: 127.0.0.1:0, to: sink${stages} }`;
});
const { plan } = parseConfig(
  `
plane: ${process.argv[2] ?? 'auto'}
workers: 1
listeners: [${listeners.join(', ')}]
pools:
  sink: { backends: [127.0.0.1:${ports.sink}], health: off }
  reads: { backends: [127.0.0.1:${ports.sink}], health: off }
  silent: { backends: [127.0.0.1:${ports.silent}], health: off }
telemetry: { access_log: { to: "off" } }
timeouts: { hang: never }
`,
  'bench.yaml',
);
const service = await startService(plan);
const figures = new Map<Way, number[]>(NAMES.map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [place, name] of NAMES.entries()) {
    const port = service.listeners[`l${place}`]?.split(':').at(-1) ?? '';
    const mebibytesPerSecond = await load(port);
    if (round > 0) figures.get(name)?.push(mebibytesPerSecond);
  }
}
const memory = Math.round(process.memoryUsage.rss() / 1024 / 1024);
await service.drain(null);
peers.kill();

const base = figures.get('pass_through') ?? [];
console.log(`${plan.groups[0]?.plane} plane, ${ROUNDS} rounds, ${memory} MiB of memory at the end`);
for (const [name, values] of figures) {
  const ratio = median(values.map((value, round) => value / (base[round] ?? Number.NaN)));
  console.log(`${name}: ${median(values).toFixed(0)} MiB/s, ${ratio.toFixed(3)} of pass_through`);
}

/** MiB/s of one stream to its end. */
function load(port: string): Promise<number> {
  const child = spawn(process.execPath, [PEERS, 'load', port], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve) => child.once('close', () => resolve(Number(text))));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
