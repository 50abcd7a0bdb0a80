import pino from 'pino';
import type { LogOutput } from './log-output.ts';
import type { EventName } from './names.ts';
import { escapeSteering } from './text.ts';

export type Level = 'info' | 'warn' | 'error';

/** What a line says beside `time`, `level` and `event`. */
export type Fields = Readonly<Record<string, unknown>>;

/** The log: one JSON object a line. */
export interface Log {
  /** `at` is when it happened, in milliseconds since 1970. Never throws, never waits. */
  write(level: Level, event: EventName, fields: Fields, at: number): void;
}

/**
 * A log in front of an output. Each line has `level`, `time` (ISO 8601, UTC) and `event` first, and stays one line
 * whatever the fields hold.
 */
export function openLog(output: LogOutput): Log {
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => output.write(escapeSteering(line)) },
  );
  return {
    write(level, event, fields, at) {
      logger[level]({ time: new Date(at).toISOString(), event, ...fields });
    },
  };
}
