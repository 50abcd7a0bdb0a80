import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { isReceived, type PendingExports } from './pending-exports.ts';

type ExportCallback = Parameters<PushMetricExporter['export']>[1];

/** An exporter of metrics that tells when an export failed. What is not sent is in the next export: metrics add up. */
export class MetricGate implements PushMetricExporter {
  readonly #exporter: PushMetricExporter;
  readonly #pending: PendingExports;
  readonly #failed: (error: unknown) => void;

  constructor(exporter: PushMetricExporter, pending: PendingExports, failed: (error: unknown) => void) {
    this.#exporter = exporter;
    this.#pending = pending;
    this.#failed = failed;
  }

  export(metrics: ResourceMetrics, done: ExportCallback): void {
    const answer = this.#pending.add(done);
    if (this.#pending.abandoned) return;
    this.#exporter.export(metrics, (result) => {
      if (!isReceived(result)) this.#failed(result.error);
      answer(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
