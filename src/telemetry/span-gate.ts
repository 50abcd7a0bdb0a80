import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { isReceived, type PendingExports } from './pending-exports.ts';

/** Spans that may wait to be sent: about 40 MB. */
export const SPANS_WAITING_MAX = 32_768;

/** Spans in one request; encoding them holds the thread for two to three milliseconds. */
export const SPANS_PER_EXPORT = 512;

/** How long a span waits for more to go with. */
export const SPANS_WAIT_MS_MAX = 1_000;

type ExportCallback = Parameters<SpanExporter['export']>[1];

/**
 * Stands between what makes spans and what sends them, and knows where each span is: waiting, under way, received, or
 * dropped. A trace is let in whole or not at all, so that none arrives in pieces because the queue was full.
 */
export class SpanGate implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #failed: (error: unknown, spans: number) => void;
  readonly #pending: PendingExports;
  readonly #waitingMax: number;
  #waiting = 0;
  #underWay = 0;
  #dropped = 0;

  /** `failed` is called for each export that failed, with the spans lost by it; `waitingMax` spans may wait. */
  constructor(
    exporter: SpanExporter,
    pending: PendingExports,
    failed: (error: unknown, spans: number) => void,
    waitingMax = SPANS_WAITING_MAX,
  ) {
    this.#waitingMax = waitingMax;
    this.#exporter = exporter;
    this.#pending = pending;
    this.#failed = failed;
  }

  /** Whether a trace of `spans` spans may be made; where not, they are counted as dropped. */
  admit(spans: number): boolean {
    if (this.#waiting + spans > this.#waitingMax) {
      this.#dropped += spans;
      return false;
    }
    this.#waiting += spans;
    return true;
  }

  /** Spans that no receiver has got and none will. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Spans waiting or under way. */
  get outstanding(): number {
    return this.#waiting + this.#underWay;
  }

  export(spans: ReadableSpan[], done: ExportCallback): void {
    const answer = this.#pending.add(done);
    if (this.#pending.abandoned) return;
    this.#waiting -= spans.length;
    this.#underWay += spans.length;
    this.#exporter.export(spans, (result) => {
      this.#underWay -= spans.length;
      if (!isReceived(result)) {
        this.#dropped += spans.length;
        this.#failed(result.error, spans.length);
      }
      answer(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
