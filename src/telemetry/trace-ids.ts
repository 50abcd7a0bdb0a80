import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';

/** Gives the next root span the trace id that its connection was given at accept. Span ids are random. */
export class TraceIds implements IdGenerator {
  /** The trace of the root span that is made next: 32 hex digits. */
  next = '';
  readonly #random = new RandomIdGenerator();

  readonly generateTraceId = (): string => this.next;
  readonly generateSpanId = (): string => this.#random.generateSpanId();
}
