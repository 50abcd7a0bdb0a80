import {
  type HealthCheckerEvent,
  type HealthName,
  healthCheckerMachine,
} from '../../machines/health-checker.ts';
import { textOf } from '../core/error-fact.ts';
import type { Probers } from './prober.ts';

/** What health checkers tell of the backends they watch. */
export interface HealthSink {
  /** The health of a backend changed; `cause` is what the deciding probe found. Once for each change. */
  changed(row: number, health: HealthName, cause: string): void;
  /** Probing itself failed: the prober crashed, or this machine could not make the probe. */
  troubled(row: number, cause: string): void;
}

/** The health checker's chart with its parts: probers of this service, and a sink for what they find. */
export function createHealthCheckerLogic(prober: Probers['logic'], sink: HealthSink) {
  return healthCheckerMachine.provide({
    actors: { prober },
    actions: {
      report: ({ context, event }, { health }) => sink.changed(context.row, health, causeOf(event)),
      reportTrouble: ({ context, event }) => sink.troubled(context.row, causeOf(event)),
    },
  });
}

/** What a log line says of an event: `connected in 3 ms`, `answered "+PONG" in 1 ms`, `ECONNREFUSED`, `no answer in 1000 ms`, a crash's message. */
function causeOf(event: HealthCheckerEvent | { readonly type: string; readonly error?: unknown }): string {
  if ('ms' in event) return `${event.said} in ${event.ms} ms`;
  if ('cause' in event) return event.cause;
  return 'error' in event ? textOf(event.error) : event.type;
}
