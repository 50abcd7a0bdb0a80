import {
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { CLOSE_REASONS, type CloseReason, isClean } from '../core/close-reason.ts';
import type { ClosedFact, DialAttempt, StateVisit } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import { ATTRIBUTES } from './attributes.ts';
import { attemptsByVisit } from './dials.ts';
import type { Heartbeat } from './heartbeats.ts';
import { hrTime, spanEnd } from './hr-time.ts';
import { DIAL_ATTEMPT_EVENT, OPEN_SPAN, ROOT_SPAN } from './names.ts';
import { attemptAttributes, connectionAttributes, heartbeatAttributes } from './span-attributes.ts';
import type { SpanGate } from './span-gate.ts';
import { MESSAGE_CHARS_MAX, shown } from './text.ts';
import type { TraceIds } from './trace-ids.ts';
import type { TraceKeptBy } from './trace-rules.ts';

/**
 * Makes a connection's trace when the connection has ended: a root span for its life and under it one span for each
 * stay in a state, `closed` included; of a connection that died with its shard the root alone. Names are those of the
 * plan in force. All times are the fact's own, but that `closed`, which lasts for nothing, is a nanosecond long, by which the
 * root ends later too. A clean end leaves the status unset; any other makes it an error, on the root and on the state in
 * which the end was decided.
 */
export class Spans {
  readonly #plan: () => Plan;
  readonly #tracer: Tracer;
  readonly #ids: TraceIds;
  readonly #gate: SpanGate;

  constructor(plan: () => Plan, tracer: Tracer, ids: TraceIds, gate: SpanGate) {
    this.#plan = plan;
    this.#tracer = tracer;
    this.#ids = ids;
    this.#gate = gate;
  }

  /** Makes nothing when too many spans wait. `keptBy` is why the connection is traced. */
  record(fact: ClosedFact, keptBy: TraceKeptBy): void {
    const visits = visitsOf(fact);
    if (!this.#gate.admit(visits.length + 1)) return;

    const plan = this.#plan();
    this.#ids.next = fact.traceId;
    this.#ids.nextSpan = fact.spanId;
    const root = this.#tracer.startSpan(
      ROOT_SPAN,
      {
        kind: SpanKind.SERVER,
        startTime: hrTime(fact.opened),
        attributes: { ...connectionAttributes(plan, fact), [ATTRIBUTES.keptBy]: keptBy },
      },
      parentOf(fact),
    );
    const context = trace.setSpan(ROOT_CONTEXT, root);
    const fatal = isClean(fact.reason) ? -1 : visits.findLastIndex(({ state }) => state === fact.during);
    const attempts = attemptsByVisit(fact);
    for (const [index, visit] of visits.entries()) {
      this.#visit(plan, visit, attempts.get(visit) ?? [], context, index === fatal ? fact.reason : null);
    }
    if (!isClean(fact.reason)) {
      const message = `${fact.reason}: ${CLOSE_REASONS[fact.reason].meaning}`;
      root.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    root.end(spanEnd(visits.at(-1)?.from ?? fact.opened, fact.at));
  }

  /** Tells of a connection that is still open, by a span under the root that it is going to have. */
  beat(heartbeat: Heartbeat): void {
    const { opened, from, to } = heartbeat;
    if (opened.spanId === null || !this.#gate.admit(1)) return;
    const attributes = heartbeatAttributes(this.#plan(), heartbeat);
    const root = { traceId: opened.traceId, spanId: opened.spanId, traceFlags: TraceFlags.SAMPLED };
    const context = trace.setSpanContext(ROOT_CONTEXT, root);
    this.#tracer.startSpan(OPEN_SPAN, { startTime: hrTime(from), attributes }, context).end(hrTime(to));
  }

  /** `ended` is why the connection ended, where that was decided during this visit and was not clean. */
  #visit(
    plan: Plan,
    visit: StateVisit,
    attempts: readonly DialAttempt[],
    context: Context,
    ended: CloseReason | null,
  ): void {
    const last = attempts.at(-1);
    const span = this.#tracer.startSpan(
      visit.state,
      {
        startTime: hrTime(visit.from),
        ...(last && { attributes: attemptAttributes(plan, last) }),
      },
      context,
    );
    for (const attempt of attempts) {
      span.addEvent(DIAL_ATTEMPT_EVENT, attemptAttributes(plan, attempt), hrTime(attempt.to));
    }
    if (ended !== null) {
      span.setAttribute(ATTRIBUTES.errorType, ended);
      span.setStatus({ code: SpanStatusCode.ERROR, message: ended });
    } else if (last !== undefined && last.error !== '') {
      span.setStatus({ code: SpanStatusCode.ERROR, message: shown(last.error, MESSAGE_CHARS_MAX) });
    }
    span.end(spanEnd(visit.from, visit.to));
  }
}

/** The span of the proxy in front, where it has told one; it is another trace's root, so to say, that goes on here. */
function parentOf({ traceId, parentSpanId }: ClosedFact): Context {
  if (parentSpanId === null) return ROOT_CONTEXT;
  const parent = { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

/** The stays that have a span. A connection that died with its shard came to no state at its end. */
function visitsOf({ visits, during, at }: ClosedFact): readonly StateVisit[] {
  return during === null ? visits : [...visits, { state: 'closed', from: at, to: at }];
}
