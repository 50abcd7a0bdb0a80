/**
 * The same work through Sluice and its peers, in turns within one run. From a build: `npm run bench`, with `--quick` for
 * the budgets alone. Exit code 1: a budget was missed.
 */
import { fails, judge } from './budgets.ts';
import { chooseCores, moveTo } from './cores.ts';
import { type Options, parseOptions } from './options.ts';
import { busyByOthers } from './others.ts';
import { BUDGETS, fullPlan, quickPlan } from './plans.ts';
import { stopAll } from './processes.ts';
import { findProgram, install } from './programs.ts';
import { report } from './report.ts';
import { type Results, runSection } from './rounds.ts';
import { setUp } from './stage.ts';

const ROUNDS = 5;
/** Of a quick run: as many of these as there is time for, since no round begins that would not be over by QUICK_MS. */
const QUICK_ROUNDS = 10;
const QUICK_MS = 53_000;
const FULL_MS = 3_600_000;

const begun = Date.now();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stopAll().finally(() => process.exit(130)));
}
try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await stopAll();
}

async function main(options: Options): Promise<number> {
  const missing = (['taskset', 'prlimit', 'setpriv'] as const).find(
    (program) => findProgram(program) === null,
  );
  if (missing !== undefined) throw new Error(`${install(missing)}: the bench needs ${missing}`);
  const cores = chooseCores();
  if (cores.proxy === cores.load) console.error('one core only: proxies share it with the load');
  moveTo(cores.load);
  const busyBefore = await busyByOthers();
  const stage = await setUp(cores, options.sluice);
  const results: Results = { samples: [], gaps: [] };
  try {
    const rounds = options.rounds ?? (options.quick ? QUICK_ROUNDS : ROUNDS);
    const deadline = begun + (options.quick ? QUICK_MS : FULL_MS);
    for (const section of options.quick ? quickPlan(rounds) : fullPlan(rounds)) {
      console.error(`${Math.round((Date.now() - begun) / 1000)} s: ${section.name}`);
      await runSection(section, stage.surroundings, stage.means, deadline, results);
    }
  } finally {
    stage.close();
    await stopAll();
  }
  const busy = { before: busyBefore, after: await busyByOthers() };
  const verdicts = BUDGETS.map((budget) => judge(budget, results.samples, results.gaps));
  report(options.quick ? 'quick' : 'full', results, verdicts, busy, options.out);
  return fails(verdicts, options.strict) ? 1 : 0;
}
