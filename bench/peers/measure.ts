import { setTimeout as sleep } from 'node:timers/promises';
import type { Built, Running } from './contender.ts';
import { again, bulk } from './iperf3.ts';
import { connections, type LoadProgram, type Measured, requests, whileHeld } from './loads.ts';
import { cpuSeconds, residentBytes } from './proc.ts';
import { findProgram, install } from './programs.ts';
import type { Sample, Work } from './work.ts';

export type Figures = Sample['figures'];

/** What makes loads. */
export interface Means {
  /** What was compiled of `load/load.c`. */
  readonly load: Built;
  readonly core: string;
}

const SETTLE_MS = 400;
/** Of a proxy that has just been started, before its memory is taken. */
const MEMORY_WARM_UP_MS = 300;
/** Under the load before memory is taken. */
const MEMORY_WARM_UP_CONNECTIONS = 64;
/** Sluice is at its pace after some 20,000 connections, or as many requests: V8 compiles by how often code has run. */
const WARM_UP_PER_MS = { requests: 20, connections: 20 };
const WARM_UP_LOADS_MAX = 8;

/** Why a kind of work cannot be done here. null: it can. */
export function missingFor(work: Work, { load }: Means): string | null {
  if (work.kind === 'bulk') return findProgram('iperf3') === null ? install('iperf3') : null;
  return load.path === null ? load.why : null;
}

/** One load on one proxy. Throws where anything of it fails. `idle-memory` wants a proxy that has just been started. */
export function measure(work: Work, proxy: Running, means: Means): Promise<Figures> {
  switch (work.kind) {
    case 'bulk':
      return again(() => measureBulk(work.streams, work.seconds, proxy, means.core));
    case 'requests':
      return measureLoad(proxy, (meter) =>
        requests(loadOf(means), proxy.ports.requests, work.connections, work.ms, meter),
      );
    case 'connections':
      return measureLoad(proxy, (meter) => connections(loadOf(means), proxy.ports.requests, work.ms, meter));
    case 'idle-memory':
      return measureMemory(work.connections, proxy, loadOf(means));
  }
}

/** The same kind of load for so long, its figures thrown away. */
export async function warmUp(work: Work, proxy: Running, means: Means, ms: number): Promise<void> {
  switch (work.kind) {
    case 'bulk':
      await measure({ ...work, seconds: Math.ceil(ms / 1000) }, proxy, means);
      return;
    case 'requests':
      await warmUpByCount({ ...work, ms }, proxy, means, ms * WARM_UP_PER_MS.requests);
      return;
    case 'connections':
      await warmUpByCount({ ...work, ms }, proxy, means, ms * WARM_UP_PER_MS.connections);
      return;
    case 'idle-memory':
      return;
  }
}

/** Code is compiled by how often it has run, so it is the number that counts, which a busy machine takes longer for. */
async function warmUpByCount(
  work: Extract<Work, { ms: number }>,
  proxy: Running,
  means: Means,
  count: number,
): Promise<void> {
  let done = 0;
  for (let loads = 0; done < count && loads < WARM_UP_LOADS_MAX; loads++) {
    const { perSecond = 0 } = await measure(work, proxy, means);
    done += (perSecond * work.ms) / 1000;
  }
}

async function measureBulk(streams: number, seconds: number, proxy: Running, core: string): Promise<Figures> {
  const before = cpuSeconds(proxy.pids);
  const { bytes, bitsPerSecond } = await bulk(proxy.ports.bulk, core, streams, seconds);
  const spent = cpuSeconds(proxy.pids) - before;
  const cpuPerGb = proxy.pids.length === 0 ? {} : { cpuPerGb: spent / (bytes / 1e9) };
  return { ...cpuPerGb, gbitPerSecond: bitsPerSecond / 1e9 };
}

async function measureLoad(
  proxy: Running,
  load: (meter: () => number) => Promise<Measured>,
): Promise<Figures> {
  const { count, seconds, p50, p99, p999, spent } = await load(() => cpuSeconds(proxy.pids));
  const cpuUs = proxy.pids.length === 0 ? {} : { cpuUs: (spent / count) * 1e6 };
  return { perSecond: count / seconds, p50, p99, p999, ...cpuUs };
}

async function measureMemory(count: number, proxy: Running, load: LoadProgram): Promise<Figures> {
  await requests(load, proxy.ports.requests, MEMORY_WARM_UP_CONNECTIONS, MEMORY_WARM_UP_MS, () => 0);
  await sleep(SETTLE_MS);
  const before = residentBytes(proxy.pids);
  const after = await whileHeld(load, proxy.ports.requests, count, async () => {
    await sleep(SETTLE_MS);
    return residentBytes(proxy.pids);
  });
  return { kibPerConnection: (after - before) / 1024 / count };
}

function loadOf({ load, core }: Means): LoadProgram {
  if (load.path === null) throw new Error(load.why);
  return { path: load.path, core };
}
