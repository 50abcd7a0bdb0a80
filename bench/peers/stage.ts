import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Surroundings } from './contender.ts';
import type { Cores } from './cores.ts';
import { serveIperf3 } from './iperf3.ts';
import type { Means } from './measure.ts';
import { freePorts } from './ports.ts';
import { firstLine, run, start } from './processes.ts';
import { findProgram } from './programs.ts';
import { openSink } from './sink.ts';

export interface Stage {
  readonly surroundings: Surroundings;
  readonly means: Means;
  /** Closes the sink. Processes end by `stopAll`, and the folder goes at the exit. */
  close(): void;
}

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
    const load = join(temp, 'load');
    const [hasLoad, hasGo] = await Promise.all([
      build('cc', ['-O2', '-o', load, join(sources, 'load/load.c')], cores),
      build('go', ['build', '-o', join(temp, 'go-proxy'), join(sources, 'go/main.go')], cores),
    ]);
    const backends = {
      requests: hasLoad ? await serveRequests(load, cores.load) : 0,
      bulk: await serveBulk(cores.load),
    };
    const main = sluiceMain ?? join(root, 'dist/src/cli/main.js');
    const goProxy = hasGo ? join(temp, 'go-proxy') : null;
    return {
      surroundings: { backends, cores, temp, sluiceMain: main, goProxy, sink: sink.url },
      means: { load: hasLoad ? { path: load, core: cores.load } : null, core: cores.load },
      close: sink.close,
    };
  } catch (error) {
    sink.close();
    throw error;
  }
}

/** Whether there is a compiler. Throws where there is one and it fails. */
async function build(compiler: 'cc' | 'go', args: readonly string[], { both }: Cores): Promise<boolean> {
  const program = findProgram(compiler);
  if (program === null) return false;
  const env = { CGO_ENABLED: '0', GO111MODULE: 'off' };
  await run(program, args, { cores: both, env, timeoutMs: BUILD_MS });
  return true;
}

async function serveRequests(load: string, core: string): Promise<number> {
  const backend = start(load, ['serve'], { cores: core });
  return Number(await firstLine(backend, START_MS));
}

/** A port nobody listens on where there is no iperf3. */
async function serveBulk(core: string): Promise<number> {
  const [port = 0] = await freePorts(1);
  if (findProgram('iperf3') !== null) await serveIperf3(port, core);
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
