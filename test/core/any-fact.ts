import fc from 'fast-check';
import { CLOSE_REASON_NAMES } from '../../src/core/close-reason.ts';
import { EJECTION_CHANGES, type Fact, LIMIT_KINDS } from '../../src/core/facts.ts';
import { PROTOCOLS } from '../../src/core/plan.ts';
import { STATES } from '../../src/core/state.ts';
import { TLS_VERSIONS } from '../../src/core/tls.ts';

const number = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, -Infinity),
);
const index = fc.oneof(fc.integer({ min: -1, max: 5000 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1));
const connection = fc.integer({ min: 0, max: 2 ** 48 - 1 });

/** Any text at all, halves of characters included, of at most so many UTF-16 units. */
export function anyText(unitsMax: number): fc.Arbitrary<string> {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: unitsMax });
  return fc.oneof(
    fc.string({ maxLength: unitsMax }),
    fc.string({ unit: 'binary', maxLength: unitsMax >> 1 }),
    units.map((list) => String.fromCharCode(...list)),
  );
}

/** Objects as they are written in the code, with the usual prototype. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const tcp = fc.option(record({ rttUs: number, rttVarUs: number, retransmits: number, deliveryRate: number }));
const text = anyText(200);
const message = anyText(300);
const error = anyText(60);
const at = number;
const texts = fc
  .array(fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), error), { maxLength: 32 })
  .map((entries): Record<string, string> => Object.fromEntries(entries));
const tls = fc.option(
  record({
    version: fc.constantFrom(...TLS_VERSIONS),
    cipher: error,
    sni: fc.option(error),
    alpn: fc.option(error),
    resumed: fc.boolean(),
    peer: fc.option(
      record({
        subject: error,
        commonName: fc.option(error),
        names: fc.array(error, { maxLength: 8 }),
        fingerprint: error,
        verified: fc.boolean(),
      }),
    ),
  }),
);

/** Facts of every kind that are within the limits of the codec. */
export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  record({
    kind: fc.constant('opened' as const),
    at,
    connection,
    listener: index,
    client: text,
    local: text,
    traceId: text,
    spanId: fc.option(text),
    parentSpanId: fc.option(text),
    sampled: fc.boolean(),
  }),
  record({
    kind: fc.constant('entered' as const),
    at,
    connection,
    listener: index,
    state: fc.constantFrom(...STATES),
  }),
  record({
    kind: fc.constant('transition' as const),
    at,
    connection,
    listener: index,
    step: number,
    event: text,
    snapshot: message,
  }),
  record({
    kind: fc.constant('closed' as const),
    at,
    connection,
    listener: index,
    client: text,
    local: text,
    peer: fc.option(text),
    header: fc.option(texts),
    opened: number,
    reason: fc.constantFrom(...CLOSE_REASON_NAMES),
    during: fc.constantFrom(null, ...STATES),
    protocol: fc.oneof(fc.constantFrom(null, ...PROTOCOLS), text),
    sni: fc.option(text),
    clientTls: tls,
    backendTls: tls,
    error: fc.option(error),
    refusal: fc.option(text),
    route: fc.option(text),
    pool: index,
    backend: index,
    attempts: fc.array(record({ backend: index, from: number, to: number, error }), { maxLength: 32 }),
    queueMs: number,
    bytesUp: number,
    bytesDown: number,
    undeliveredUp: number,
    undeliveredDown: number,
    firstByteMs: number,
    pausedUpMs: number,
    pausedDownMs: number,
    clientTcp: tcp,
    backendTcp: tcp,
    visits: fc.array(record({ state: fc.constantFrom(...STATES), from: number, to: number }), {
      maxLength: 128,
    }),
    traceId: text,
    spanId: fc.option(text),
    parentSpanId: fc.option(text),
    sampled: fc.boolean(),
  }),
  record({
    kind: fc.constant('limit' as const),
    at,
    listener: index,
    limit: fc.constantFrom(...LIMIT_KINDS),
    count: number,
  }),
  record({
    kind: fc.constant('health' as const),
    at,
    pool: index,
    backend: index,
    healthy: fc.boolean(),
    cause: message,
  }),
  record({ kind: fc.constant('agent' as const), at, pool: index, backend: index, said: text }),
  record({
    kind: fc.constant('ejection' as const),
    at,
    pool: index,
    backend: index,
    change: fc.constantFrom(...EJECTION_CHANGES),
    cause: message,
    ms: number,
  }),
  record({ kind: fc.constant('preconnect' as const), at, pool: index, backend: index, ms: number }),
  record({
    kind: fc.constant('error' as const),
    at,
    traceId: fc.option(text),
    connection: fc.option(connection),
    message,
  }),
  record({ kind: fc.constant('stage' as const), at, traceId: text, connection, stage: text, message }),
);
