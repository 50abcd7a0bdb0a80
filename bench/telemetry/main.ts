/**
 * What telemetry costs a connection, control and shard apart: with none, with all metrics and 1 % of traces, and with all
 * traces. The load is as fast as it goes, so that the last case shows too what becomes of spans that control cannot send in
 * time. Run it from a build, on Linux: `npm run bench:telemetry [-- CONNECTIONS]`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig, startService } from '../../src/index.ts';
import { account, between, type Cpu } from './threads.ts';

const PEERS = fileURLToPath(new URL('./peers.js', import.meta.url));
const CONNECTIONS = Number(process.argv[2] ?? 20_000);
const ROUNDS = 3;
/** Long enough for spans to be on their way, so that their cost is in the account. */
const SETTLE_MS = 1_500;

interface Figures extends Cpu {
  readonly perSecond: number;
  readonly factsDropped: number;
  readonly spansDropped: number;
}

const children: ChildProcess[] = [];
const backend = await start('serve');
const receiver = await start('receive');
const otlp = `traces: { otlp: "http://127.0.0.1:${receiver}"`;
const CASES: Readonly<Record<string, string>> = {
  off: '',
  '1 %': `${otlp}, sample: 0.01 }`,
  '100 %': `${otlp}, sample: 1 }`,
};

const results = new Map<string, Figures[]>(Object.keys(CASES).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const [name, traces] of Object.entries(CASES)) results.get(name)?.push(await measure(traces));
for (const child of children) child.kill();

console.log(`µs of CPU a connection, medians of ${ROUNDS} rounds of ${CONNECTIONS} connections`);
console.log('traces   shard  control  helpers  connections/s  facts dropped  spans dropped');
for (const [name, rounds] of results) {
  const of = (pick: (figures: Figures) => number): number => median(rounds.map(pick));
  const columns = [
    (of(({ shard }) => shard) * 1e6).toFixed(0).padStart(6),
    (of(({ control }) => control) * 1e6).toFixed(0).padStart(8),
    (of(({ helpers }) => helpers) * 1e6).toFixed(0).padStart(8),
    of(({ perSecond }) => perSecond)
      .toFixed(0)
      .padStart(14),
    of(({ factsDropped }) => factsDropped)
      .toFixed(0)
      .padStart(14),
    of(({ spansDropped }) => spansDropped)
      .toFixed(0)
      .padStart(14),
  ];
  console.log(`${name.padEnd(7)} ${columns.join(' ')}`);
}

/** One service with one shard, warmed up, then so many connections; CPU is for each of them. */
async function measure(traces: string): Promise<Figures> {
  const page = traces === '' ? '' : 'metrics: { prometheus: "127.0.0.1:0" }, ';
  const { plan } = parseConfig(
    `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${backend}], health: off } }
telemetry: { ${page}${traces === '' ? '' : `${traces}, `}access_log: { to: "off" } }
workers: 1
`,
    'bench.yaml',
  );
  const service = await startService(plan);
  const port = service.listeners['edge']?.split(':').at(-1) ?? '';
  await load(port, Math.ceil(CONNECTIONS / 4));
  const before = account();
  const seconds = await load(port, CONNECTIONS);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const cpu = between(before, account());
  const { factsDropped } = service.status();
  const text = page === '' ? '' : await (await fetch(service.urls['metrics'] ?? '')).text();
  await service.drain(null);
  return {
    control: cpu.control / CONNECTIONS,
    shard: cpu.shard / CONNECTIONS,
    helpers: cpu.helpers / CONNECTIONS,
    perSecond: CONNECTIONS / seconds,
    factsDropped,
    spansDropped: Number(/^sluice_spans_dropped_total (\d+)/m.exec(text)?.[1] ?? 0),
  };
}

/** Starts a peer that serves; its port. */
function start(mode: string): Promise<string> {
  const child = spawn(process.execPath, [PEERS, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(`${data}`.trim())));
}

/** Makes connections from another process; how many seconds they took. */
function load(port: string, count: number): Promise<number> {
  const child = spawn(process.execPath, [PEERS, 'load', port, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve) =>
    child.once('close', () => resolve((JSON.parse(text) as { readonly seconds: number }).seconds)),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
