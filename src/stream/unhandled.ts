import { config } from 'rxjs';

/**
 * RxJS throws what an observer threw again in a task of its own, which would end the process. From here on such errors
 * go to `report` instead, unless the program that embeds Sluice has set a handler of its own. Process-wide, as RxJS's
 * setting is.
 */
export function reportStageErrors(report: (error: unknown) => void): void {
  config.onUnhandledError ??= report;
}
