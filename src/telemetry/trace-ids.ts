import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';

/** Gives the next root span the trace id that its connection was given at accept. Other span ids are random. */
export class TraceIds implements IdGenerator {
  /** The trace of the root span that is made next: 32 hex digits. */
  next = '';
  /** The id of the root span that is made next, where it was told to somebody: 16 hex digits; null = a random one. */
  nextSpan: string | null = null;
  readonly #random = new RandomIdGenerator();

  readonly generateTraceId = (): string => this.next;
  readonly generateSpanId = (): string => {
    const given = this.nextSpan;
    this.nextSpan = null;
    return given ?? this.#random.generateSpanId();
  };
}
