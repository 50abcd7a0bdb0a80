/** What an exporter calls back with; code 0 is success in OpenTelemetry's SDK. */
export interface ExportResult {
  readonly code: number;
}

/** Whether the receiver has taken what was sent. */
export function isReceived(result: ExportResult): boolean {
  return result.code === 0;
}
