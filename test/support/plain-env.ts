/** The environment without what the test runner, or a user's telemetry, would tell a program under test. */
export function plainEnv(): Record<string, string> {
  const foreign = /^(VITEST|OTEL_|SLUICE_|NODE_ENV$|NODE_OPTIONS$|TEST$)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !foreign.test(entry[0]),
    ),
  );
}
