import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender, Running, Surroundings } from './contender.ts';
import { type Means, measure, missingFor, warmUp } from './measure.ts';
import { cpuSeconds } from './proc.ts';
import { rotate } from './stats.ts';
import { type Sample, type Work, workName } from './work.ts';

/** A kind of work, and on whom. */
export interface Cell {
  readonly work: Work;
  readonly proxies: readonly Contender[];
  /** Absent: each round of the section. */
  readonly roundsMax?: number;
}

/** Cells that are measured round by round, their proxies running all the while. */
export interface Section {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly rounds: number;
}

/** What is not in the samples, and why. */
export interface Gap {
  readonly section: string;
  /** null: all of them. */
  readonly proxy: string | null;
  /** null: all of it. */
  readonly work: string | null;
  readonly why: string;
}

export interface Results {
  readonly samples: Sample[];
  readonly gaps: Gap[];
}

const MESSAGE_MAX = 300;
const QUIET_MS_MAX = 5000;
const QUIET_STEP_MS = 100;
/** Used by all proxies in a step, at most: one tick of the kernel's clock. */
const QUIET_SECONDS = 0.01;

/** Fills `results` as it goes, so that what was measured before a failure is not lost. */
export async function runSection(
  section: Section,
  surroundings: Surroundings,
  means: Means,
  deadline: number,
  results: Results,
): Promise<void> {
  const gap = (proxy: string | null, work: string | null, why: string) => {
    const found = { section: section.name, proxy, work, why };
    results.gaps.push(found);
    console.error(`${section.name} ${proxy ?? ''} ${work ?? ''}: ${why}`);
  };
  const cells = section.cells.filter(({ work }) => {
    const missing = missingFor(work, means);
    if (missing !== null) gap(null, workName(work), missing);
    return missing === null;
  });
  const running = new Map<string, Running>();
  try {
    for (const proxy of distinct(cells)) {
      const missing = proxy.missing(surroundings);
      if (missing !== null) {
        gap(proxy.name, null, missing);
        continue;
      }
      try {
        running.set(proxy.name, await proxy.start(surroundings));
        await warmUpAll(proxy, cells, running, means);
      } catch (error) {
        running.delete(proxy.name);
        gap(proxy.name, null, messageOf(error));
      }
    }
    let longest = 0;
    for (let round = 0; round < section.rounds; round++) {
      const begun = Date.now();
      if (begun + longest > deadline) {
        gap(null, null, `out of time after ${round} of ${section.rounds} rounds`);
        break;
      }
      for (const cell of cells) {
        if (round >= (cell.roundsMax ?? section.rounds)) continue;
        for (const proxy of rotate(cell.proxies, round)) {
          const work = workName(cell.work);
          const kept = running.get(proxy.name);
          if (kept === undefined) continue;
          await untilQuiet([...running.values()]);
          try {
            const figures = await measureFresh(cell.work, proxy, kept, surroundings, means);
            results.samples.push({ section: section.name, work, proxy: proxy.name, round, figures });
          } catch (error) {
            gap(proxy.name, work, `round ${round}: ${messageOf(error)}`);
          }
        }
      }
      longest = Math.max(longest, Date.now() - begun);
    }
  } finally {
    await Promise.all([...running.values()].map((proxy) => proxy.stop()));
  }
}

function distinct(cells: readonly Cell[]): Contender[] {
  const all = cells.flatMap(({ proxies }) => proxies);
  return [...new Map(all.map((proxy) => [proxy.name, proxy])).values()];
}

/** One load of each kind that the proxy will meet: the first cell of the kind. */
async function warmUpAll(
  proxy: Contender,
  cells: readonly Cell[],
  running: ReadonlyMap<string, Running>,
  means: Means,
): Promise<void> {
  const kept = running.get(proxy.name);
  if (kept === undefined || proxy.warmUpMs === 0) return;
  const met = cells.filter(({ proxies }) => proxies.includes(proxy)).map(({ work }) => work);
  const kinds = new Map(met.toReversed().map((work) => [work.kind, work]));
  for (const work of kinds.values()) await warmUp(work, kept, means, proxy.warmUpMs);
}

/** Memory is taken of a process of its own: what an older one has freed would be used again and not be seen. */
async function measureFresh(
  work: Work,
  proxy: Contender,
  kept: Running,
  surroundings: Surroundings,
  means: Means,
): Promise<Sample['figures']> {
  if (work.kind !== 'idle-memory') return measure(work, kept, means);
  const fresh = await proxy.start(surroundings);
  try {
    return await measure(work, fresh, means);
  } finally {
    await fresh.stop();
  }
}

/**
 * Until none of them uses the processor, or for QUIET_MS_MAX: all share a core, and what one has left to do after its load
 * (garbage, sockets that are closing) would be counted against the next.
 */
async function untilQuiet(proxies: readonly Running[]): Promise<void> {
  const pids = proxies.flatMap((proxy) => proxy.pids);
  const until = Date.now() + QUIET_MS_MAX;
  let before = cpuSeconds(pids);
  while (Date.now() < until) {
    await sleep(QUIET_STEP_MS);
    const now = cpuSeconds(pids);
    if (now - before <= QUIET_SECONDS) return;
    before = now;
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_MAX);
}
