/** Values of `event` in the log. */
export const EVENTS = {
  ready: 'ready',
  draining: 'draining',
  drained: 'drained',
  reloaded: 'reloaded',
  reloadFailed: 'reload.failed',
  shardFailed: 'shard.failed',
  shardRestarted: 'shard.restarted',
  /** SRV records brought other backends. */
  backendsChanged: 'backends.changed',
  nameResolved: 'name.resolved',
  nameUnresolved: 'name.unresolved',
  /** Dials failed for want of a local port. */
  portsExhausted: 'ports.exhausted',
  stageAdded: 'stage.added',
  stageChanged: 'stage.changed',
  stageRemoved: 'stage.removed',
  adminWrite: 'admin.write',
  toxiproxyWrite: 'toxiproxy.write',
  connectionClosed: 'connection.closed',
  backendHealthy: 'backend.healthy',
  backendUnhealthy: 'backend.unhealthy',
  backendAgent: 'backend.agent',
  backendEjected: 'backend.ejected',
  backendReturned: 'backend.returned',
  /** It would have been ejected, but its pool cannot spare it. */
  backendWithheld: 'backend.ejection_withheld',
  /** It speaks first, so that no connections are made to it ahead for some time. */
  preconnectOff: 'preconnect.off',
  limitReached: 'limit.reached',
  stageFailed: 'stage.failed',
  error: 'error',
  /** An OTLP receiver did not take what was sent. */
  exportFailed: 'telemetry.export_failed',
  /** Spans that could not be sent before the service ended. */
  spansLost: 'telemetry.spans_lost',
  /** An environment variable names no usable OTLP endpoint. */
  endpointInvalid: 'telemetry.endpoint_invalid',
  /** Variables of OpenTelemetry that have no effect as they are set. */
  variablesIgnored: 'telemetry.variables_ignored',
} as const;
export type EventName = (typeof EVENTS)[keyof typeof EVENTS];
