/** What an exporter calls back with; code 0 is success in OpenTelemetry's SDK. */
export interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}

const FAILED = 1;

/** Whether the receiver has taken what was sent. */
export function isReceived(result: ExportResult): boolean {
  return result.code === 0;
}

/**
 * Exports that somebody waits for. The SDK sets a timer of half a minute for each; answering them when the service ends
 * keeps those from holding the process.
 */
export class PendingExports {
  readonly #waiting = new Set<(result: ExportResult) => void>();
  #abandoned = false;

  /** A callback in place of `done`, which is called once: by this or by `abandon`, at once where that has been. */
  add(done: (result: ExportResult) => void): (result: ExportResult) => void {
    this.#waiting.add(done);
    if (this.#abandoned) this.abandon();
    return (result) => {
      if (this.#waiting.delete(done)) done(result);
    };
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Answers all who wait, and all who come later, that it failed. */
  abandon(): void {
    this.#abandoned = true;
    for (const done of [...this.#waiting]) {
      this.#waiting.delete(done);
      done({ code: FAILED, error: new Error('the service ended before it was sent') });
    }
  }
}
