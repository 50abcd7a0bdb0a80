/**
 * What telemetry costs a connection, control and shard apart: with none, with all metrics and 1 % of traces, and with all
 * traces. The load is as fast as it goes, so that the last case shows too what becomes of spans that control cannot send in
 * time. Each measurement takes a fixed time, however few connections a busy machine makes in it, and no round is begun after
 * BUDGET_MS; ratios are made within a round. Run it from a build, on Linux: `npm run bench:telemetry`, less than three minutes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig, startService } from '../../src/index.ts';
import { median } from '../median.ts';
import { account, between, type Cpu } from './threads.ts';

const PEERS = fileURLToPath(new URL('./peers.js', import.meta.url));
const ROUNDS_MAX = 5;
const BUDGET_MS = 120_000;
const WARM_MS = 2_000;
const MEASURED_MS = 4_000;
/** Long enough for spans to be on their way, so that their cost is in the account. */
const SETTLE_MS = 1_500;
/** A load that has not ended so long after its time is ended, and its round is not counted. */
const LATE_MS_MAX = 10_000;

interface Figures extends Cpu {
  readonly connections: number;
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

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
const rounds: ReadonlyMap<string, Figures>[] = [];
while (rounds.length < ROUNDS_MAX && performance.now() < BUDGET_MS) {
  const round = new Map<string, Figures>();
  for (const [name, traces] of Object.entries(CASES)) round.set(name, await measure(traces));
  rounds.push(round);
}

console.log(
  `CPU a connection in microseconds, medians of ${rounds.length} rounds; in brackets the ratio to "off" within a round`,
);
console.log('traces         shard       control       helpers  connections  facts dropped  spans dropped');
for (const name of Object.keys(CASES)) {
  const of = (pick: (figures: Figures) => number): number =>
    median(rounds.map((round) => pick(figuresOf(round, name))));
  const cpu = (pick: (figures: Figures) => number): string => {
    const ratio = median(rounds.map((round) => pick(figuresOf(round, name)) / pick(figuresOf(round, 'off'))));
    return `${(of(pick) * 1e6).toFixed(0)} (${ratio.toFixed(2)})`.padStart(13);
  };
  const columns = [
    cpu(({ shard }) => shard),
    cpu(({ control }) => control),
    cpu(({ helpers }) => helpers),
    ...(
      [
        ({ connections }) => connections,
        ({ factsDropped }) => factsDropped,
        ({ spansDropped }) => spansDropped,
      ] as ((figures: Figures) => number)[]
    ).map((pick) => of(pick).toFixed(0).padStart(13)),
  ];
  console.log(`${name.padEnd(6)} ${columns.join(' ')}`);
}
process.exit(0);

function figuresOf(round: ReadonlyMap<string, Figures>, name: string): Figures {
  const figures = round.get(name);
  if (figures === undefined) throw new Error(`the round has no "${name}"`);
  return figures;
}

/** One service with one shard, warmed up, then as many connections as it takes in the time; CPU is for each of them. */
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
  await load(port, WARM_MS);
  const before = account();
  const connections = await load(port, MEASURED_MS);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const cpu = between(before, account());
  const { factsDropped } = service.status();
  const text = page === '' ? '' : await (await fetch(service.urls['metrics'] ?? '')).text();
  await service.drain(null);
  return {
    control: cpu.control / connections,
    shard: cpu.shard / connections,
    helpers: cpu.helpers / connections,
    connections,
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

/** Makes connections from another process for a time; how many. Rejects where it has made none. */
function load(port: string, ms: number): Promise<number> {
  const child = spawn(process.execPath, [PEERS, 'load', port, String(ms)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const late = setTimeout(() => child.kill('SIGKILL'), ms + LATE_MS_MAX);
  return new Promise((resolve, reject) =>
    child.once('close', () => {
      clearTimeout(late);
      if (Number(text) > 0) resolve(Number(text));
      else reject(new Error(`no connection was made in ${ms} ms`));
    }),
  );
}
