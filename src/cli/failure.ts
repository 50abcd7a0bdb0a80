import { textOf } from '../core/error-fact.ts';
import { SluiceError } from '../core/errors.ts';

/** What is printed about an error that ends the program, and the exit code. */
export interface Failure {
  readonly text: string;
  readonly exit: number;
}

/**
 * An error of Sluice is told by message and hint; any other is a defect and told by its stack. Mistakes in a
 * configuration begin with their place in the file, so that editors find them; all others with `sluice:`.
 */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof SluiceError)) {
    const text = textOf(error);
    return { text: `sluice: internal error: ${text}\n`, exit: 1 };
  }
  const prefix = error.code === 'CONFIG_INVALID' ? '' : 'sluice: ';
  return { text: `${prefix}${error.message}\nhint: ${error.hint}\n`, exit: error.exitCode };
}

/** A defect as a line of the log. */
export function defectLine(error: unknown, origin: string, at: number): string {
  const message = textOf(error);
  const time = new Date(at).toISOString();
  return `${JSON.stringify({ level: 'error', time, event: 'error', origin, message })}\n`;
}
