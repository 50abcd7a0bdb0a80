import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What a test leaves to be cleaned up is, after each test and each file. */
const cleaned = { setupFiles: ['test/support/setup.ts'] };

/** Runs the built program and real peers, one file at a time, so that loads do not disturb each other. */
const e2e = {
  ...cleaned,
  testTimeout: 120_000,
  hookTimeout: 60_000,
  fileParallelism: false,
};

/** Two files at a time. All projects that have this are one group, whose files follow each other with no pause between. */
const inPairs = { fileParallelism: true, maxWorkers: 2, sequence: { groupOrder: 2 } };

/**
 * What measures nothing of the machine and fills none of it, so that two of its files may run at a time. Alone are the
 * figures and the crowds, and what lets go of a port and wants it back (`shards/*reload`).
 */
const IN_PAIRS = [
  'test/e2e/{capture,cli,deploy,dialing,health,protocols,proxy-protocol,recipes,telemetry,tls,toxiproxy}/**/*.test.ts',
  'test/e2e/admin/!(abuse).test.ts',
  'test/e2e/dashboard/!(many).test.ts',
  'test/e2e/life/{half-close,reset}.test.ts',
  'test/e2e/linux/{dead-peers,fallback,first-words,legs,socket-options,transparent}.test.ts',
  'test/e2e/programs/!(iperf3).test.ts',
  'test/e2e/service/!(ejection).test.ts',
  'test/e2e/shards/{apart,exit,facts,failure}.test.ts',
  'test/e2e/stages/!(live).test.ts',
];

/**
 * The life of connections, over again on the net plane with so many shards on one port, and on the linux plane without
 * splicing: test/support/sluice.ts reads the first two variables, the plane the third.
 */
const again = [
  ...[1, 2, 4].map((workers) => ({
    name: `e2e-on-${workers}-workers`,
    include: ['test/e2e/{life,programs}/**/*.test.ts', 'test/e2e/telemetry/trace.test.ts'],
    env: { SLUICE_TEST_WORKERS: String(workers), SLUICE_TEST_PLANE: 'net' },
  })),
  {
    name: 'e2e-on-linux-copying',
    include: ['test/e2e/{life,programs}/**/*.test.ts'],
    env: { SLUICE_TEST_PLANE: 'linux', SLUICE_BENCH_SPLICE: '0' },
  },
].map((project) => ({
  // What is measured here was measured by `e2e` already, one file at a time.
  test: { ...e2e, ...inPairs, ...project },
}));

// `unit` is everything below e2e: no port, no child process, no clock of the wall.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...cleaned,
          name: 'unit',
          // vitest's own number is one less than there are cores, which on two cores is one.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          // A young generation of its usual 16 MiB is collected all the time by what makes thousands of histories.
          execArgv: ['--max-semi-space-size=64'],
          // The files share the modules of a few processes: loading those for each file again took more than the tests. So
          // what a module keeps outlives a file; what a test changes is put back by `setup.ts` or by itself (D-088).
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/soak/**'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...e2e,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: IN_PAIRS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...e2e,
          ...inPairs,
          name: 'e2e-in-pairs',
          include: IN_PAIRS,
        },
      },
      ...again,
    ],
  },
});
