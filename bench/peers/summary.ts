import { type Spread, spreadOf } from './stats.ts';
import { FIGURE_NAMES, type Figure, type Sample } from './work.ts';

/** All rounds of one load on one proxy. */
export interface Row {
  readonly section: string;
  readonly work: string;
  readonly proxy: string;
  readonly rounds: number;
  readonly figures: Readonly<Partial<Record<Figure, Spread>>>;
}

/** In the order in which section, work and proxy first appear. */
export function summarize(samples: readonly Sample[]): Row[] {
  const order = (pick: (sample: Sample) => string) => [...new Set(samples.map(pick))];
  const proxies = order(({ proxy }) => proxy).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return order(({ section }) => section).flatMap((section) =>
    order(({ work }) => work).flatMap((work) =>
      proxies.flatMap((proxy) => {
        const of = samples.filter((s) => s.section === section && s.work === work && s.proxy === proxy);
        return of.length === 0 ? [] : [{ section, work, proxy, rounds: of.length, figures: spreads(of) }];
      }),
    ),
  );
}

function spreads(samples: readonly Sample[]): Row['figures'] {
  return Object.fromEntries(
    FIGURE_NAMES.flatMap((figure) => {
      const spread = spreadOf(samples.flatMap(({ figures }) => figures[figure] ?? []));
      return spread === null ? [] : [[figure, spread] as const];
    }),
  );
}
