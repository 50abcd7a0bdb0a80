import { z } from 'zod';
import type { ConnectionRow } from '../../core/connection-query.ts';
import type { AttemptView, ConnectionView, StageView, Why } from '../../core/connection-view.ts';
import type { StateVisit } from '../../core/facts.ts';
import type { TcpInfo } from '../../core/ports.ts';
import { STATES } from '../../core/state.ts';
import type { TlsFacts } from '../../core/tls.ts';

const count = () => z.int().min(0);
const time = () => z.number().describe('Milliseconds since 1970.');
const rate = () =>
  z
    .number()
    .min(0)
    .describe(
      'Bytes a second since somebody looked at it last, half a second ago or more; else since the accept.',
    );
const texts = () => z.array(z.string());

const tcpInfo = (): z.ZodType<TcpInfo> =>
  z.strictObject({
    rttUs: z.number().describe('Smoothed round-trip time, microseconds.'),
    rttVarUs: z.number().describe('Its mean deviation, microseconds.'),
    retransmits: count().describe('Segments sent again, over the whole life.'),
    deliveryRate: z.number().describe('Bytes a second as measured last; 0 = not yet.'),
  });

const tlsFacts = (): z.ZodType<TlsFacts> =>
  z.strictObject({
    version: z.enum(['TLSv1.2', 'TLSv1.3']),
    cipher: z.string(),
    sni: z.string().nullable(),
    alpn: z.string().nullable(),
    resumed: z.boolean(),
    peer: z
      .strictObject({
        subject: z.string(),
        commonName: z.string().nullable(),
        names: texts(),
        fingerprint: z.string(),
        verified: z.boolean(),
      })
      .nullable(),
  });

const visit = (): z.ZodType<StateVisit> =>
  z.strictObject({ state: z.enum(STATES), from: time(), to: time() });

const attempt = (): z.ZodType<AttemptView> =>
  z.strictObject({
    backend: z.int().describe('Row of the backend.'),
    from: time(),
    to: time(),
    error: z.string().describe('Empty where it connected.'),
    name: z.string().nullable().describe("The backend's name."),
  });

const stage = (): z.ZodType<StageView> =>
  z.strictObject({
    name: z.string().nullable().describe('As it was put at run time; null = of the configuration.'),
    of: z.enum(['config', 'listener', 'connection']),
    stage: z.custom<StageView['stage']>().describe('Its kind and parameters, in milliseconds and bytes.'),
  });

const why = (): z.ZodType<Why> =>
  z.strictObject({
    routes: z.array(
      z.looseObject({
        route: z.string(),
        verdict: z.enum(['yes', 'no', 'maybe']),
        outcome: z.enum(['taken', 'passed', 'waited-for', 'not-reached', 'left-out']),
        keys: z.array(
          z.strictObject({
            key: z.string(),
            wanted: texts(),
            seen: texts(),
            verdict: z.enum(['yes', 'no', 'maybe']),
          }),
        ),
      }),
    ),
    backends: z.array(
      z.strictObject({
        backend: z.string(),
        weight: z.number(),
        load: z.number(),
        backup: z.boolean(),
        tried: z.boolean(),
        priority: z.number(),
        panic: z.boolean(),
        strength: z.number(),
        passedOver: z.enum(['unhealthy', 'ejected', 'weight 0', 'full', 'rate', 'priority']).nullable(),
      }),
    ),
  });

export const connectionRow = (): z.ZodType<ConnectionRow> =>
  z.strictObject({
    connection: z.string().describe('Twelve hex digits.'),
    shard: count(),
    listener: z.string(),
    client: z.string(),
    opened: time(),
    state: z.enum(STATES),
    protocol: z.string().nullable().describe('As sniffed; null = not yet, or not at all.'),
    route: z.string().nullable(),
    pool: z.string().nullable(),
    backend: z.string().nullable(),
    bytesUp: count(),
    bytesDown: count(),
    rateUp: rate(),
    rateDown: rate(),
  });

export const connectionView = (): z.ZodType<ConnectionView> =>
  z.strictObject({
    at: z.number().describe('When this was told, milliseconds since 1970.'),
    connection: z.string().describe('Twelve hex digits.'),
    shard: count(),
    listener: z.string(),
    client: z.string(),
    peer: z.string().nullable().describe('The proxy that sent a PROXY header for the client.'),
    header: z.record(z.string(), z.string()).nullable().describe('What that header said.'),
    local: z.string(),
    opened: time(),
    state: z.enum(STATES),
    since: time(),
    visits: z.array(visit()).describe('The states before.'),
    sniffed: z.custom<ConnectionView['sniffed']>().describe('What its first bytes said; null = nothing yet.'),
    clientTls: tlsFacts().nullable(),
    backendTls: tlsFacts().nullable(),
    route: z.string().nullable(),
    pool: z.string().nullable(),
    backend: z.string().nullable(),
    attempts: z.array(attempt()),
    queue: z
      .strictObject({ since: time(), ahead: count(), waiting: count() })
      .nullable()
      .describe('Where it waits for a place at a backend.'),
    bytesUp: count(),
    bytesDown: count(),
    rateUp: rate(),
    rateDown: rate(),
    waitingUp: count().describe('Read and not accepted by the far socket.'),
    waitingDown: count(),
    clientTcp: tcpInfo().nullable(),
    backendTcp: tcpInfo().nullable(),
    traceId: z.string(),
    sampled: z
      .boolean()
      .describe('Its trace is recorded; else `telemetry.traces.also` may still keep it when it has ended.'),
    traceUrl: z.string().nullable().describe('Where its trace can be looked at; null = not known.'),
    stages: z.array(stage()).describe('What its bytes pass through, in order.'),
    why: why(),
  });
