import { defineConfig } from 'vitest/config';

/** Runs the built program and real peers, one file at a time, so that loads do not disturb each other. */
const e2e = {
  testTimeout: 120_000,
  hookTimeout: 60_000,
  fileParallelism: false,
};

/** The life of connections, over again with so many shards on one port: test/support/sluice.ts reads the variable. */
const onWorkers = [1, 2, 4].map((workers, index) => ({
  test: {
    ...e2e,
    name: `e2e-on-${workers}-workers`,
    include: ['test/e2e/{life,programs,telemetry}/**/*.test.ts'],
    env: { SLUICE_TEST_WORKERS: String(workers) },
    sequence: { groupOrder: 2 + index },
  },
}));

// `unit` is everything below e2e: no port, no child process, no clock of the wall.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
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
          sequence: { groupOrder: 1 },
        },
      },
      ...onWorkers,
    ],
  },
});
