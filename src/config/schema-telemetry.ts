import { z } from 'zod';
import { CLOSE_REASON_NAMES } from '../core/close-reason.ts';
import { PROTOCOLS } from '../core/plan.ts';
import { list, oneOrMany } from './containers.ts';
import * as defaults from './defaults.ts';
import {
  HEARTBEAT_MS_MIN,
  MATCH_VALUES_MAX,
  MATCHES_MAX,
  NETWORKS_MAX,
  TRACES_PER_SECOND_MAX,
} from './limits.ts';
import { httpAddress, httpUrl, network } from './places.ts';
import { countRate, duration, share } from './quantities.ts';
import { protocolName } from './texts.ts';
import { flag, name, oneOf } from './words.ts';

const traceMatch = z.strictObject({
  listener: oneOrMany(name('web'), MATCH_VALUES_MAX, 'listener').describe('Name of the listener.').optional(),
  pool: oneOrMany(name('web'), MATCH_VALUES_MAX, 'pool').describe('Pool it went to.').optional(),
  reason: oneOrMany(oneOf(CLOSE_REASON_NAMES), CLOSE_REASON_NAMES.length, 'close reason')
    .describe('Why it ended, one of the [close reasons](close-reasons.md).')
    .optional(),
  protocol: oneOrMany(protocolName(), PROTOCOLS.length, 'protocol')
    .describe('What the client spoke, as `protocol` of the log has it.')
    .optional(),
  client: oneOrMany(network(), NETWORKS_MAX, 'network')
    .describe('Network the client came from; with a PROXY header the one it names.')
    .optional(),
});

const also = z.strictObject({
  failed: flag().describe('Those whose end was not clean.').prefault(defaults.TRACES_ALSO_FAILED),
  setup_over: duration({ zero: 'never' })
    .describe('Those that took longer from accept to the relay, or to their end where none began.')
    .prefault(defaults.TRACES_ALSO_OVER),
  first_byte_over: duration({ zero: 'never' })
    .describe('Those whose backend took longer, from the relay on, to send its first byte.')
    .prefault(defaults.TRACES_ALSO_OVER),
  lasted_over: duration({ zero: 'never' })
    .describe('Those that were open for longer.')
    .prefault(defaults.TRACES_ALSO_OVER),
  match: list(traceMatch, MATCHES_MAX, 'match')
    .describe('Those that one of these fits; all keys of it have to hold.')
    .optional(),
  per_second: countRate(TRACES_PER_SECOND_MAX)
    .describe(
      'Traces that these rules together add at most. What is beyond is counted in `sluice_traces_capped_total`.',
    )
    .prefault(defaults.TRACES_ALSO_PER_SECOND),
});

const traces = z.strictObject({
  otlp: httpUrl()
    .describe(
      'Base URL of an OTLP receiver (protobuf over HTTP), which gets traces and metrics. ' +
        'Absent: what `OTEL_EXPORTER_OTLP_ENDPOINT` of the environment says, else nothing is sent.',
    )
    .optional(),
  sample: share()
    .describe(
      'Share of connections that are traced, decided at accept by the trace id and told to the next hop. ' +
        'Absent: what `OTEL_TRACES_SAMPLER` of the environment says, else all.',
    )
    .optional(),
  also: also
    .describe(
      'Rules by which connections that are not sampled have a trace of this hop all the same, decided when they have ended. Absent: none.',
    )
    .optional(),
  heartbeat: duration({ zero: 'never', min: HEARTBEAT_MS_MIN })
    .describe(
      'How often an open sampled connection is told by a partial span `connection.open` of its trace.',
    )
    .prefault(defaults.TRACES_HEARTBEAT),
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
