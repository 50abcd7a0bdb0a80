import type { Fact } from '../../src/core/facts.ts';
import type { TelemetryPlan } from '../../src/core/plan.ts';
import type { ServiceEvent } from '../../src/core/watcher.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { aLogOutput, aPlan, aWatched } from './samples.ts';

/** The raw lines of a log that was told this. */
export async function linesOf(
  facts: readonly Fact[],
  events: readonly ServiceEvent[] = [],
  to: TelemetryPlan['accessLog']['to'] = 'stdout',
): Promise<readonly string[]> {
  const { watched } = aWatched(aPlan({ accessLog: { to } }));
  const output = aLogOutput();
  const watcher = await startTelemetry(watched, output, {});
  for (const event of events) watcher.event(event);
  for (const fact of facts) watched.facts.emit(fact);
  await watcher.close();
  return output.lines;
}
