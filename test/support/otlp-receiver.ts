import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { OTLP_PROTO } from '../telemetry/otlp.ts';

export type AttributeValue = string | number | boolean | AttributeValue[];
export type DecodedAttributes = Record<string, AttributeValue>;

export interface DecodedSpan {
  /** Lower-case hex; `parentSpanId` is '' for a root. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: DecodedAttributes;
  readonly events: readonly {
    readonly name: string;
    readonly at: bigint;
    readonly attributes: DecodedAttributes;
  }[];
  /** 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
  readonly resource: DecodedAttributes;
}

export interface DecodedPoint {
  readonly attributes: DecodedAttributes;
  /** Of counters and gauges; of a histogram the sum. */
  readonly value: number;
  /** Of histograms, else 0 and empty. */
  readonly count: number;
  readonly bucketCounts: readonly number[];
  readonly bounds: readonly number[];
}

export interface DecodedMetric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  /** 2 cumulative, 1 delta, 0 where there is none. */
  readonly temporality: number;
  readonly monotonic: boolean;
  readonly points: readonly DecodedPoint[];
  readonly resource: DecodedAttributes;
}

/** What a receiver does with a request: take it, answer with a status, or never answer. */
export type Behaviour = 'accept' | 'hang' | number;

export interface OtlpReceiver {
  /** Base URL: what `telemetry.traces.otlp` is set to. */
  readonly url: string;
  /** All spans received, in order. */
  spans(): readonly DecodedSpan[];
  /** The metrics of the latest request. */
  metrics(): readonly DecodedMetric[];
  /** Method and path of every request, whatever came of it. */
  requests(): readonly string[];
  /** The headers of every request. */
  headers(): readonly IncomingHttpHeaders[];
  /** Resolves once the predicate holds, tried after each request; rejects after `timeoutMs`. */
  waitFor(predicate: (receiver: OtlpReceiver) => boolean, timeoutMs?: number): Promise<void>;
  /** Changes what is done with requests from now on. */
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

const ROOT = protobuf.parse(OTLP_PROTO).root;
const TRACES = ROOT.lookupType('otlp.ExportTraceServiceRequest');
const METRICS = ROOT.lookupType('otlp.ExportMetricsServiceRequest');

/** A receiver of OTLP/HTTP protobuf on a loopback port of the system's choice. */
export async function startOtlpReceiver(behaviour: Behaviour = 'accept'): Promise<OtlpReceiver> {
  const spans: DecodedSpan[] = [];
  const requests: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const waiting = new Set<() => void>();
  let metrics: readonly DecodedMetric[] = [];
  let current = behaviour;

  const take = (request: IncomingMessage, body: Buffer): number => {
    if (request.headers['content-type'] !== 'application/x-protobuf') return 415;
    if (request.url === '/v1/traces') spans.push(...decodeSpans(body));
    else if (request.url === '/v1/metrics') metrics = decodeMetrics(body);
    else return 404;
    return 200;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    for (const check of waiting) check();
    const body = await readBody(request);
    if (current === 'hang') return;
    response.statusCode = current === 'accept' ? take(request, body) : current;
    response.setHeader('content-type', 'application/x-protobuf');
    response.end();
    for (const check of waiting) check();
  };
  // A sender that goes away in the middle of a request ends that request alone.
  const server = createServer((request, response) => void answer(request, response).catch(() => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the receiver has no port');

  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${bound.port}`,
    spans: () => spans,
    metrics: () => metrics,
    requests: () => requests,
    headers: () => headers,
    waitFor: (predicate, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`not received in ${timeoutMs} ms; ${spans.length} spans, requests: ${requests}`));
        }, timeoutMs);
        const check = (): void => {
          if (!predicate(receiver)) return;
          waiting.delete(check);
          clearTimeout(timer);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    behave(next) {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** What protobufjs makes of a message: 64-bit numbers as decimal text, bytes as hex is done below. */
type Plain = Record<string, unknown>;

function decode(type: protobuf.Type, body: Buffer): Plain {
  return type.toObject(type.decode(body), { longs: String, defaults: true, arrays: true });
}

function decodeSpans(body: Buffer): DecodedSpan[] {
  const decoded: DecodedSpan[] = [];
  for (const group of list(decode(TRACES, body)['resourceSpans'])) {
    const resource = attributes(object(group['resource'])['attributes']);
    for (const scope of list(group['scopeSpans'])) {
      for (const span of list(scope['spans'])) decoded.push(decodeSpan(span, resource));
    }
  }
  return decoded;
}

function decodeSpan(span: Plain, resource: DecodedAttributes): DecodedSpan {
  const status = object(span['status']);
  return {
    traceId: hex(span['traceId']),
    spanId: hex(span['spanId']),
    parentSpanId: hex(span['parentSpanId']),
    name: String(span['name']),
    kind: Number(span['kind']),
    start: BigInt(String(span['startTimeUnixNano'])),
    end: BigInt(String(span['endTimeUnixNano'])),
    attributes: attributes(span['attributes']),
    events: list(span['events']).map((event) => ({
      name: String(event['name']),
      at: BigInt(String(event['timeUnixNano'])),
      attributes: attributes(event['attributes']),
    })),
    status: { code: Number(status['code'] ?? 0), message: String(status['message'] ?? '') },
    resource,
  };
}

function decodeMetrics(body: Buffer): DecodedMetric[] {
  const decoded: DecodedMetric[] = [];
  for (const group of list(decode(METRICS, body)['resourceMetrics'])) {
    const resource = attributes(object(group['resource'])['attributes']);
    for (const scope of list(group['scopeMetrics'])) {
      for (const metric of list(scope['metrics'])) decoded.push(decodeMetric(metric, resource));
    }
  }
  return decoded;
}

function decodeMetric(metric: Plain, resource: DecodedAttributes): DecodedMetric {
  const kind = (['gauge', 'sum', 'histogram'] as const).find((name) => metric[name] != null);
  if (kind === undefined) throw new Error(`the metric ${String(metric['name'])} has no data`);
  const data = object(metric[kind]);
  return {
    name: String(metric['name']),
    unit: String(metric['unit']),
    description: String(metric['description']),
    kind,
    temporality: Number(data['aggregationTemporality'] ?? 0),
    monotonic: data['isMonotonic'] === true,
    points: list(data['dataPoints']).map((point) => ({
      attributes: attributes(point['attributes']),
      value: Number(point['sum'] ?? point['asInt'] ?? point['asDouble']),
      count: Number(point['count'] ?? 0),
      bucketCounts: ((point['bucketCounts'] ?? []) as unknown[]).map(Number),
      bounds: ((point['explicitBounds'] ?? []) as unknown[]).map(Number),
    })),
    resource,
  };
}

function attributes(pairs: unknown): DecodedAttributes {
  return Object.fromEntries(list(pairs).map((pair) => [String(pair['key']), value(object(pair['value']))]));
}

function value(any: Plain): AttributeValue {
  if (any['stringValue'] !== undefined) return String(any['stringValue']);
  if (any['boolValue'] !== undefined) return Boolean(any['boolValue']);
  if (any['intValue'] !== undefined) return Number(any['intValue']);
  if (any['doubleValue'] !== undefined) return Number(any['doubleValue']);
  return list(object(any['arrayValue'])['values']).map(value);
}

function hex(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex');
}

function list(items: unknown): Plain[] {
  return (items ?? []) as Plain[];
}

function object(item: unknown): Plain {
  return (item ?? {}) as Plain;
}
