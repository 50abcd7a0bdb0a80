import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { isReceived } from './export-result.ts';

type ExportCallback = Parameters<PushMetricExporter['export']>[1];

/** An exporter of metrics that tells when an export failed. What is not sent is in the next export: metrics add up. */
export class MetricGate implements PushMetricExporter {
  readonly #exporter: PushMetricExporter;
  readonly #failed: (error: unknown) => void;

  constructor(exporter: PushMetricExporter, failed: (error: unknown) => void) {
    this.#exporter = exporter;
    this.#failed = failed;
  }

  export(metrics: ResourceMetrics, done: ExportCallback): void {
    this.#exporter.export(metrics, (result) => {
      if (!isReceived(result)) this.#failed(result.error);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
