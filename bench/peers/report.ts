import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { type Verdict, verdictLine } from './budgets.ts';
import { charts } from './charts.ts';
import { warningOf } from './others.ts';
import type { Gap, Results } from './rounds.ts';
import { summarize } from './summary.ts';
import { resultTables } from './table.ts';

export type Mode = 'quick' | 'full';

/** Shares of the cores that others used, from 0 to 1. */
export interface Busy {
  readonly before: number;
  readonly after: number;
}

/** The table on stdout; JSON and plots in the folder. */
export function report(
  mode: Mode,
  results: Results,
  verdicts: readonly Verdict[],
  busy: Busy,
  out: string,
): void {
  const rows = summarize(results.samples);
  console.log(resultTables(rows));
  if (results.gaps.length > 0) console.log(`\nleft out\n${results.gaps.map(gapLine).join('\n')}`);
  mkdirSync(out, { recursive: true });
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    busyByOthers: busy,
  };
  const budgets = verdicts.map(({ budget, ...verdict }) => ({ ...budget, ...verdict }));
  const all = { mode, at: new Date().toISOString(), machine, budgets, rows, ...results };
  writeFileSync(join(out, `bench-${mode}.json`), `${JSON.stringify(all, null, 2)}\n`);
  for (const [name, svg] of charts(rows)) writeFileSync(join(out, name), svg);
  const warning = warningOf(busy.before, busy.after);
  if (warning !== null) console.log(`\n${warning}`);
  console.log(`\n${verdicts.map(verdictLine).join('\n')}`);
}

function gapLine({ section, proxy, work, why }: Gap): string {
  return `  ${[section, work, proxy].filter((part) => part !== null).join(', ')}: ${why}`;
}
