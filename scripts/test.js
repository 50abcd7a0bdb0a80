// Runs all tests below test/ but the soak, streams what they report, and ends with one line: how many passed, failed
// and were skipped. Arguments are handed to vitest (`node scripts/test.js test/e2e/programs`). With CI=true a skipped
// test counts as failed.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RESULTS = fileURLToPath(new URL('../.artifacts/tests.json', import.meta.url));
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

const exitCode = await runVitest(process.argv.slice(2));
const tests = readTests();
for (const test of tests.filter(({ status }) => status === 'skipped')) {
  console.log(`skipped: ${test.name}${test.note === '' ? '' : `: ${test.note}`}`);
}
const counts = count(tests, exitCode);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

/** Resolves with the exit code of vitest; a signal counts as 1. */
function runVitest(args) {
  mkdirSync(dirname(RESULTS), { recursive: true });
  rmSync(RESULTS, { force: true });
  const options = ['--reporter=default', '--reporter=json'];
  const vitest = spawn(
    process.execPath,
    [VITEST, 'run', ...options, `--outputFile.json=${RESULTS}`, ...args],
    { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return new Promise((resolve, reject) => {
    vitest.once('error', reject);
    vitest.once('close', (code) => resolve(code ?? 1));
  });
}

/** Every test with its status; a file that could not be loaded is one failed test. Empty where vitest left nothing. */
function readTests() {
  let files;
  try {
    files = JSON.parse(readFileSync(RESULTS, 'utf8')).testResults;
  } catch {
    return [];
  }
  return files.flatMap(({ name, status, assertionResults }) =>
    assertionResults.length === 0 && status === 'failed'
      ? [{ name, status: 'failed', note: '' }]
      : assertionResults.map((test) => ({
          name: [...test.ancestorTitles, test.title].join(' > '),
          status: test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped',
          note: test.meta?.note ?? '',
        })),
  );
}

/** A run that failed without a failed test (an error outside of tests, or no result at all) counts as one failure. */
function count(tests, exitCode) {
  const having = (status) => tests.filter((test) => test.status === status).length;
  const skippedIsFailed = process.env.CI === 'true';
  const passed = having('passed');
  const skipped = skippedIsFailed ? 0 : having('skipped');
  const failed = having('failed') + (skippedIsFailed ? having('skipped') : 0);
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped };
}
