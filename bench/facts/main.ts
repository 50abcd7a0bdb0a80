/**
 * What a full ring of facts costs: the same load through one shard while control reads its facts, and while control is
 * asleep and the ring is full. Printed as a ratio within one run. Run it from a build: `npm run bench:facts`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig, startService } from '../../src/index.ts';
import { median } from '../median.ts';

const ROUNDS = 5;
const LOAD = fileURLToPath(new URL('./load.js', import.meta.url));

interface Figures {
  readonly connectionsPerSecond: number;
  readonly mebibytesPerSecond: number;
}

const backend = spawn(process.execPath, [LOAD, 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
const backendPort = await new Promise<string>((resolve) =>
  backend.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())),
);
const { plan } = parseConfig(
  `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${backendPort}], health: off } }
telemetry: { access_log: { to: "off" } }
timeouts: { hang: 0 }
workers: 1
`,
  'bench.yaml',
);
const service = await startService(plan);
const port = service.listeners['edge']?.split(':').at(-1) ?? '';

const reading: Figures[] = [];
const asleep: Figures[] = [];
await whileReading();
for (let round = 0; round < ROUNDS; round++) {
  reading.push(await whileReading());
  asleep.push(whileAsleep());
  await new Promise((resolve) => setTimeout(resolve, 500));
}
const { factsDropped } = service.status();
await service.drain(null);
backend.kill();

console.log(`facts dropped by a full ring: ${factsDropped}`);
table('connections/s', (figures) => figures.connectionsPerSecond);
table('MiB/s of streams', (figures) => figures.mebibytesPerSecond);

/** One load while control does its work. */
function whileReading(): Promise<Figures> {
  const load = spawn(process.execPath, [LOAD, 'load', port], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  load.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve) => load.once('close', () => resolve(JSON.parse(text) as Figures)));
}

/** One load while this thread, which is control, waits for it and does nothing else. */
function whileAsleep(): Figures {
  return JSON.parse(
    spawnSync(process.execPath, [LOAD, 'load', port], { encoding: 'utf8' }).stdout,
  ) as Figures;
}

function table(what: string, pick: (figures: Figures) => number): void {
  const [read, full] = [median(reading.map(pick)), median(asleep.map(pick))];
  console.log(`${what}: read ${read.toFixed(0)}, full ${full.toFixed(0)}, ratio ${(full / read).toFixed(2)}`);
}
