import { MIRROR_METRICS } from './names-mirror.ts';
import { POOL_METRICS } from './names-pool.ts';
import { PRECONNECT_METRICS } from './names-preconnect.ts';
import { NAME_METRICS } from './names-resolving.ts';
import { TRACE_METRICS } from './names-traces.ts';

export { EVENTS, type EventName } from './names-events.ts';

/**
 * Every name that telemetry shows: metrics, labels, log events, spans, attributes. Names are stable: dashboards and alerts
 * are made of them. Labels take their values from the plan and from closed lists, never from a client.
 */

/** Scope of everything that is exported, and the service's name where the environment gives none. */
export const SCOPE = 'sluice';

export type MetricKind = 'counter' | 'gauge' | 'histogram';

export type LabelName =
  | 'listener'
  | 'pool'
  | 'backend'
  | 'direction'
  | 'state'
  | 'reason'
  | 'outcome'
  | 'result'
  | 'side'
  | 'limit'
  | 'stage'
  | 'shard'
  | 'cause'
  | 'rule'
  | 'name'
  | 'kind';

export interface MetricMeta {
  /** OpenTelemetry name; Prometheus shows `_` for `.` and adds `_total` to counters. */
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM: `s` seconds, `By` bytes, `{thing}` a count. */
  readonly unit: string;
  readonly description: string;
  readonly labels: readonly LabelName[];
}

export const METRICS = {
  connections: {
    name: 'sluice.connections',
    kind: 'gauge',
    unit: '{connection}',
    description: 'Connections open now, by state.',
    labels: ['listener', 'state'],
  },
  transitions: {
    name: 'sluice.transitions',
    kind: 'counter',
    unit: '{transition}',
    description: 'Entries into a state of the connection chart.',
    labels: ['listener', 'state'],
  },
  accepted: {
    name: 'sluice.accepted',
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections accepted, those turned away included.',
    labels: ['listener'],
  },
  gone: {
    name: 'sluice.gone',
    kind: 'counter',
    unit: '{client}',
    description: 'Clients that had reset before they were accepted; they have no log line.',
    labels: ['listener'],
  },
  closed: {
    name: 'sluice.closed',
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections ended, by reason; a reason appears once it has occurred.',
    labels: ['listener', 'reason'],
  },
  stateDuration: {
    name: 'sluice.state.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time spent in a state, one observation for each stay, told when the connection has ended.',
    labels: ['listener', 'state'],
  },
  connectionDuration: {
    name: 'sluice.connection.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from accept to the end, by outcome: clean, or who ended it (client, backend, proxy).',
    labels: ['listener', 'outcome'],
  },
  bytes: {
    name: 'sluice.bytes',
    kind: 'counter',
    unit: 'By',
    description: 'Bytes accepted by the far socket; up is client to backend.',
    labels: ['listener', 'direction'],
  },
  undelivered: {
    name: 'sluice.undelivered',
    kind: 'counter',
    unit: 'By',
    description: 'Bytes read and never accepted by the far socket.',
    labels: ['listener', 'direction'],
  },
  backendBytes: {
    name: 'sluice.backend.bytes',
    kind: 'counter',
    unit: 'By',
    description: 'Bytes relayed to (up) and from (down) a backend.',
    labels: ['pool', 'backend', 'direction'],
  },
  dialAttempts: {
    name: 'sluice.dial.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts to connect to a backend for a client.',
    labels: ['pool', 'backend'],
  },
  dialFailures: {
    name: 'sluice.dial.failures',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts to connect to a backend that failed.',
    labels: ['pool', 'backend'],
  },
  dialDuration: {
    name: 'sluice.dial.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time of an attempt to connect to a backend, by result: connected, failed, cancelled.',
    labels: ['pool', 'backend', 'result'],
  },
  firstByteDuration: {
    name: 'sluice.first_byte.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from being relayed to the first byte of the backend.',
    labels: ['pool', 'backend'],
  },
  halfClosedDuration: {
    name: 'sluice.half_closed.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'Time in which one side had finished and the other had not; side is the one that had finished.',
    labels: ['listener', 'side'],
  },
  backpressureDuration: {
    name: 'sluice.backpressure.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'Time in which a direction was paused for a slow reader; connections never paused are left out.',
    labels: ['listener', 'direction'],
  },
  backendHealthy: {
    name: 'sluice.backend.healthy',
    kind: 'gauge',
    unit: '1',
    description: '1 healthy, 0 unhealthy; no series where no probe has answered yet or the pool has none.',
    labels: ['pool', 'backend'],
  },
  backendEjected: {
    name: 'sluice.backend.ejected',
    kind: 'gauge',
    unit: '1',
    description: '1 while a backend is ejected for what happened to connections, else 0.',
    labels: ['pool', 'backend'],
  },
  backendEjections: {
    name: 'sluice.backend.ejections',
    kind: 'counter',
    unit: '{ejection}',
    description: 'Ejections of a backend, by the failure that decided.',
    labels: ['pool', 'backend', 'cause'],
  },
  backendConnections: {
    name: 'sluice.backend.connections',
    kind: 'gauge',
    unit: '{connection}',
    description: 'Connections of a backend: active (relayed) and connecting (being dialed).',
    labels: ['pool', 'backend', 'state'],
  },
  certificateExpiry: {
    name: 'sluice.certificate.expiry',
    kind: 'gauge',
    unit: 's',
    description: 'When a certificate of a listener expires, in seconds since 1970, by its first name.',
    labels: ['listener', 'name'],
  },
  ...NAME_METRICS,
  limitRejections: {
    name: 'sluice.limit.rejections',
    kind: 'counter',
    unit: '{connection}',
    description: 'Times a limit was hit.',
    labels: ['listener', 'limit'],
  },
  queueLength: {
    name: 'sluice.queue.length',
    kind: 'gauge',
    unit: '{connection}',
    description: 'Connections that wait for a place under the limits of a listener now (`on_limit: wait`).',
    labels: ['listener'],
  },
  stageFailures: {
    name: 'sluice.stage.failures',
    kind: 'counter',
    unit: '{failure}',
    description: 'Stages that stopped working while their connection went on.',
    labels: ['listener', 'stage'],
  },
  ...MIRROR_METRICS,
  ...POOL_METRICS,
  ...PRECONNECT_METRICS,
  shards: {
    name: 'sluice.shards',
    kind: 'gauge',
    unit: '{shard}',
    description: 'Shards now: running, or failed and not yet replaced.',
    labels: ['state'],
  },
  shardRestarts: {
    name: 'sluice.shard.restarts',
    kind: 'counter',
    unit: '{restart}',
    description: 'Shards started again, by the cause of their failure: threw, exited, hung.',
    labels: ['shard', 'cause'],
  },
  reloads: {
    name: 'sluice.reloads',
    kind: 'counter',
    unit: '{reload}',
    description: 'Configurations put in force while running (ok), and refused (failed).',
    labels: ['result'],
  },
  factsDropped: {
    name: 'sluice.facts.dropped',
    kind: 'counter',
    unit: '{fact}',
    description: 'Facts dropped because control did not keep up; log, spans and histograms miss these.',
    labels: [],
  },
  spansDropped: {
    name: 'sluice.spans.dropped',
    kind: 'counter',
    unit: '{span}',
    description: 'Spans made and never received: the queue was full or the export failed.',
    labels: [],
  },
  ...TRACE_METRICS,
  logDropped: {
    name: 'sluice.log.dropped',
    kind: 'counter',
    unit: '{line}',
    description: 'Log lines dropped because whoever reads the log did not keep up or has gone.',
    labels: [],
  },
} as const satisfies Record<string, MetricMeta>;

/** Name of the root span; the spans under it are named for the states. */
export const ROOT_SPAN = 'connection';

/** Name of the spans under it that tell of a connection while it is open, one for each heartbeat. */
export const OPEN_SPAN = 'connection.open';

/** Name of the event on a `dialing` span: one for each attempt, at the time of its result. */
export const DIAL_ATTEMPT_EVENT = 'sluice.dial.attempt';
