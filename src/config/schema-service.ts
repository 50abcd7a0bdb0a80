import { z } from 'zod';
import { MACHINE_ENGINES } from '../core/plan.ts';
import * as defaults from './defaults.ts';
import { CONNECTIONS_MAX, KEEPALIVE_MS_MAX, KEEPALIVE_MS_MIN } from './limits.ts';
import { httpAddress, httpUrl, loopbackAddress } from './places.ts';
import { duration, integer, share } from './quantities.ts';
import { flag, oneOf, variableName } from './words.ts';
import { workersCount } from './workers.ts';

/** Options of every socket, accepted or dialed. */
export const socket = z.strictObject({
  no_delay: flag().describe('Small writes are sent at once (TCP_NODELAY).').prefault(defaults.NO_DELAY),
  keepalive: duration({ zero: 'never', min: KEEPALIVE_MS_MIN, max: KEEPALIVE_MS_MAX })
    .describe(
      'Silence after which the system asks whether the peer is still there (SO_KEEPALIVE); counted in whole seconds.',
    )
    .prefault(defaults.KEEPALIVE),
});

/** Limits of the whole process. */
export const processLimits = z.strictObject({
  connections: integer(1, CONNECTIONS_MAX, 'what the descriptors allow')
    .describe('Connections at once. Absent: what the descriptor limit of the process allows, at most 50000.')
    .optional(),
});

export const workers = workersCount();
export const machineEngine = oneOf(MACHINE_ENGINES);
export const reload = oneOf(['signal', 'watch']);

const traces = z.strictObject({
  otlp: httpUrl()
    .describe(
      'Base URL of an OTLP receiver (protobuf over HTTP), which gets traces and metrics. ' +
        'Absent: what `OTEL_EXPORTER_OTLP_ENDPOINT` of the environment says, else nothing is sent.',
    )
    .optional(),
  sample: share().describe('Share of connections that are traced.').prefault(defaults.TRACE_SAMPLE),
});

const metrics = z.strictObject({
  prometheus: httpAddress().describe('Where the Prometheus page is served, as `/metrics`.'),
});

const accessLog = z.strictObject({
  format: oneOf(['json']).describe('`json`: one line for each event.').prefault(defaults.ACCESS_LOG_FORMAT),
  to: oneOf(['stdout', 'stderr', 'off']).describe('Where the lines go.').prefault(defaults.ACCESS_LOG_TO),
});

/** What is told to the outside. */
export const telemetry = z.strictObject({
  traces: traces.describe('Export by OTLP.').prefault({}),
  metrics: metrics.describe('A page of metrics. Absent: none is served.').optional(),
  access_log: accessLog.describe('The log of connections and of the service.').prefault({}),
});

/** The door for operators and probes. */
export const admin = z.strictObject({
  listen: loopbackAddress().describe(
    'Where `/healthz`, `/readyz`, `/v1/status` and a page to look at are served. A loopback address, since it is plain HTTP.',
  ),
  token_env: variableName()
    .describe(
      'Name of the environment variable that holds the token which writes need (`Authorization: Bearer …`). Absent: writes need none.',
    )
    .optional(),
});
