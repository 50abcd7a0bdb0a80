import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { type Verdict, verdictLine } from './budgets.ts';
import { charts } from './charts.ts';
import type { Gap, Results } from './rounds.ts';
import { summarize } from './summary.ts';
import { resultTables } from './table.ts';

export type Mode = 'quick' | 'full';

/** The table on stdout; JSON and plots in the folder. */
export function report(mode: Mode, results: Results, verdicts: readonly Verdict[], out: string): void {
  const rows = summarize(results.samples);
  console.log(resultTables(rows));
  if (results.gaps.length > 0) console.log(`\nleft out\n${results.gaps.map(gapLine).join('\n')}`);
  mkdirSync(out, { recursive: true });
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    kernel: release(),
    node: process.version,
  };
  const budgets = verdicts.map(({ budget, ...verdict }) => ({ ...budget, ...verdict }));
  const all = { mode, at: new Date().toISOString(), machine, budgets, rows, ...results };
  writeFileSync(join(out, `bench-${mode}.json`), `${JSON.stringify(all, null, 2)}\n`);
  for (const [name, svg] of charts(rows)) writeFileSync(join(out, name), svg);
  console.log(`\n${verdicts.map(verdictLine).join('\n')}`);
}

function gapLine({ section, proxy, work, why }: Gap): string {
  return `  ${[section, work, proxy].filter((part) => part !== null).join(', ')}: ${why}`;
}
