import { textOf } from '../core/error-fact.ts';
import type { Fact } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import type { StartWatcher, Watched, Watcher } from '../core/watcher.ts';
import { type Environment, otlpEndpoints } from './endpoints.ts';
import type { Exports } from './exports.ts';
import { type Log, openLog } from './log.ts';
import { logFact } from './log-facts.ts';
import { type LogOutput, openLogOutput } from './log-output.ts';
import { logServiceEvent } from './log-service.ts';
import { EVENTS } from './names.ts';
import { prometheusPage } from './otel-settings.ts';
import { ignoredVariables } from './otel-variables.ts';

/** How long `close` waits for receivers of spans and metrics. */
export const EXPORT_CLOSE_MS_MAX = 4_000;

/** How long `close` then waits for whoever reads the log. */
export const LOG_CLOSE_MS_MAX = 800;

const STDOUT = 1;
const STDERR = 2;

/**
 * Starts telemetry: the log, and where the plan or the environment asks for them the metrics page and the export of
 * spans and metrics by OTLP. `urls.metrics` is the page. With nothing to export, the OpenTelemetry SDK is not even
 * loaded. Names follow the plan in force; where log, page and exports go is settled here for good. Rejects with
 * METRICS_FAILED where the page's address cannot be bound.
 */
export const start: StartWatcher = (watched) => {
  const to = watched.plan().telemetry.accessLog.to === 'stderr' ? STDERR : STDOUT;
  return startTelemetry(watched, openLogOutput(to), process.env);
};

/** `start` with the log's output and the environment given. The output is closed with the watcher. */
export async function startTelemetry(
  watched: Watched,
  output: LogOutput,
  environment: Environment,
): Promise<Watcher> {
  const { telemetry } = watched.plan();
  const log = openLog(output);
  const exports = await openExports(watched, environment, log, output);
  const accessLog = telemetry.accessLog.to !== 'off';
  let open = true;

  const read = (plan: Plan, fact: Fact): void => {
    try {
      logFact(log, plan, accessLog, fact);
      if (fact.kind === 'opened') exports?.opened(fact);
      else if (fact.kind === 'closed') exports?.closed(fact);
    } catch (error) {
      // A reader of facts must not throw: the other readers and the rest of the facts come after it.
      log.write('error', EVENTS.error, { message: `telemetry: ${textOf(error)}` }, Date.now());
    }
  };
  watched.facts.subscribe((facts) => {
    if (!open) return;
    const plan = watched.plan();
    for (const fact of facts) read(plan, fact);
  });

  return {
    urls: exports?.urls ?? {},
    event(event) {
      if (!open) return;
      logServiceEvent(log, event, Date.now());
      exports?.event(event);
    },
    async close() {
      if (!open) return;
      watched.facts.flush();
      open = false;
      await exports?.close(EXPORT_CLOSE_MS_MAX);
      await closeOutput(output);
    },
  };
}

/** The exports, or null where there is nothing to export. */
async function openExports(
  watched: Watched,
  environment: Environment,
  log: Log,
  output: LogOutput,
): Promise<Exports | null> {
  const { otlp, prometheus } = watched.plan().telemetry;
  const endpoints = otlpEndpoints(otlp, environment);
  tellIgnored(log, environment);
  for (const variable of endpoints.invalid) {
    log.write('warn', EVENTS.endpointInvalid, { variable, cause: 'not an http or https URL' }, Date.now());
  }
  const wanted =
    endpoints.traces !== null ||
    endpoints.metrics !== null ||
    (prometheus ?? prometheusPage(environment)) !== null;
  if (!wanted) return null;
  const { startExports } = await import('./exports.ts');
  return startExports({
    watched,
    endpoints,
    environment,
    log,
    logLinesDropped: () => output.dropped,
    now: () => Date.now(),
  });
}

/** One line for all variables of OpenTelemetry that have no effect; addresses that are none have a line each. */
function tellIgnored(log: Log, environment: Environment): void {
  const ignored = ignoredVariables(environment).filter(({ variable }) => !variable.endsWith('_ENDPOINT'));
  if (ignored.length === 0) return;
  const variables = Object.fromEntries(ignored.map(({ variable, cause }) => [variable, cause]));
  log.write('warn', EVENTS.variablesIgnored, { variables }, Date.now());
}

async function closeOutput(output: LogOutput): Promise<void> {
  const timer = setTimeout(() => output.abandon(), LOG_CLOSE_MS_MAX);
  await output.close();
  clearTimeout(timer);
}
