import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Built, Surroundings } from './contender.ts';
import type { Cores } from './cores.ts';
import { serveIperf3 } from './iperf3.ts';
import type { Means } from './measure.ts';
import { freePorts } from './ports.ts';
import { firstLine, run, start } from './processes.ts';
import { findProgram, install } from './programs.ts';
import { openSink } from './sink.ts';

export interface Stage {
  readonly surroundings: Surroundings;
  readonly means: Means;
  /** Closes the sink. Processes end by `stopAll`, and the folder goes at the exit. */
  close(): void;
}

/** Of a backend that cannot be: nobody listens there. */
const NO_PORT = 1;
const BUILD_MS = 120_000;
const START_MS = 10_000;

/** Compiles what has to be compiled, and starts the backends. */
export async function setUp(cores: Cores, sluiceMain: string | null): Promise<Stage> {
  const root = findRoot();
  const temp = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  process.once('exit', () => rmSync(temp, { recursive: true, force: true }));
  const sink = await openSink();
  try {
    const sources = join(root, 'bench/peers');
    const [load, goProxy] = await Promise.all([
      build('cc', join(temp, 'load'), ['-O2'], join(sources, 'load/load.c'), cores),
      build('go', join(temp, 'go-proxy'), ['build'], join(sources, 'go/main.go'), cores),
    ]);
    const backends = {
      requests: load.path === null ? NO_PORT : await serveRequests(load.path, cores.load),
      bulk: await serveBulk(cores.load),
    };
    return {
      surroundings: {
        ...{ backends, cores, temp, goProxy, sink: sink.url },
        sluiceMain: sluiceMain ?? join(root, 'dist/bundle/main.js'),
      },
      means: { load, core: cores.load },
      close: sink.close,
    };
  } catch (error) {
    sink.close();
    throw error;
  }
}

async function build(
  compiler: 'cc' | 'go',
  path: string,
  flags: readonly string[],
  source: string,
  { both }: Cores,
): Promise<Built> {
  const program = findProgram(compiler);
  if (program === null) return { path: null, why: install(compiler) };
  const env = { CGO_ENABLED: '0', GO111MODULE: 'off' };
  try {
    await run(program, [...flags, '-o', path, source], { cores: both, env, timeoutMs: BUILD_MS });
    return { path };
  } catch (error) {
    return { path: null, why: `it does not compile: ${error instanceof Error ? error.message : error}` };
  }
}

async function serveRequests(load: string, core: string): Promise<number> {
  const backend = start(load, ['serve'], { cores: core });
  return Number(await firstLine(backend, START_MS));
}

async function serveBulk(core: string): Promise<number> {
  if (findProgram('iperf3') === null) return NO_PORT;
  const [port = NO_PORT] = await freePorts(1);
  await serveIperf3(port, core);
  return port;
}

/** The checkout, whose sources of C and Go are not in `dist/`. */
function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bench/peers/load/load.c'))) {
    if (folder === dirname(folder))
      throw new Error('the bench runs from a checkout, for its sources in C and Go');
    folder = dirname(folder);
  }
  return folder;
}
