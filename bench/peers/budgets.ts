import type { Gap } from './rounds.ts';
import { type Spread, spreadOf } from './stats.ts';
import type { Figure, Sample } from './work.ts';

/** A figure of Sluice divided by the same one of a peer, and what that must be. */
export interface Budget {
  readonly name: string;
  readonly section: string;
  readonly work: string;
  readonly figure: Figure;
  readonly ours: string;
  readonly peer: string;
  readonly must: { readonly most: number } | { readonly least: number };
}

export interface Verdict {
  readonly budget: Budget;
  /** null: not measured. */
  readonly ratio: Spread | null;
  readonly outcome: 'ok' | 'MISSED' | 'not measured';
  /** Why it was not measured. Empty: it was. */
  readonly why: string;
}

/** The median of the ratios within each round is judged. */
export function judge(budget: Budget, samples: readonly Sample[], gaps: readonly Gap[]): Verdict {
  const ratio = spreadOf(ratios(budget, samples));
  if (ratio !== null)
    return { budget, ratio, outcome: holds(ratio.median, budget.must) ? 'ok' : 'MISSED', why: '' };
  const concerned = gaps.filter(
    ({ section, proxy, work }) =>
      section === budget.section &&
      (proxy === null || proxy === budget.ours || proxy === budget.peer) &&
      (work === null || work === budget.work),
  );
  const ours = concerned.find(({ proxy }) => proxy === budget.ours);
  const why = (ours ?? concerned[0])?.why ?? 'no round was whole';
  return { budget, ratio: null, outcome: ours === undefined ? 'not measured' : 'MISSED', why };
}

/** Of each round in which both were measured. */
export function ratios(budget: Budget, samples: readonly Sample[]): number[] {
  const of = (proxy: string) =>
    new Map(
      samples
        .filter(
          (sample) =>
            sample.section === budget.section && sample.work === budget.work && sample.proxy === proxy,
        )
        .map(({ round, figures }) => [round, figures[budget.figure]]),
    );
  const peers = of(budget.peer);
  return [...of(budget.ours)].flatMap(([round, ours]) => {
    const peer = peers.get(round);
    return ours === undefined || peer === undefined || peer <= 0 ? [] : [ours / peer];
  });
}

/** One line for people and for `grep`. */
export function verdictLine({ budget, ratio, outcome, why }: Verdict): string {
  const must = 'most' in budget.must ? `<= ${budget.must.most}` : `>= ${budget.must.least}`;
  const name = budget.name.padEnd(16);
  if (ratio === null) return `${name} ${outcome}: ${why}`;
  const { median, min, max } = ratio;
  return `${name} ${median.toFixed(2)} must ${must} (${min.toFixed(2)}..${max.toFixed(2)}) ${outcome}`;
}

/** Whether a run with these verdicts has failed. What a missing peer hides counts only if `strict`. */
export function fails(verdicts: readonly Verdict[], strict: boolean): boolean {
  return verdicts.some(({ outcome }) => outcome === 'MISSED' || (strict && outcome === 'not measured'));
}

function holds(ratio: number, must: Budget['must']): boolean {
  return 'most' in must ? ratio <= must.most : ratio >= must.least;
}
