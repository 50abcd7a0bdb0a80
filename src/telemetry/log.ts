import type { LogOutput } from './log-output.ts';
import type { EventName } from './names.ts';
import { escapeSteering } from './text.ts';

export type Level = 'info' | 'warn' | 'error';

/** What a line says beside `time`, `level` and `event`: what JSON has a form for. */
export type Fields = Readonly<Record<string, unknown>>;

/** The log: one JSON object a line. */
export interface Log {
  /** `at` is when it happened, in milliseconds since 1970. Never waits. */
  write(level: Level, event: EventName, fields: Fields, at: number): void;
}

/**
 * A log in front of an output. Each line has `level`, `time` (ISO 8601, UTC) and `event` first, and stays one line
 * whatever the fields hold.
 */
export function openLog(output: LogOutput): Log {
  return {
    write(level, event, fields, at) {
      const time = new Date(at).toISOString();
      const rest = JSON.stringify(fields).slice(1);
      const comma = rest === '}' ? '' : ',';
      // The object is put together as text: to spread it into another one costs more than the rest of the line.
      const line = `{"level":"${level}","time":"${time}","event":"${event}"${comma}${rest}`;
      output.write(`${escapeSteering(line)}\n`);
    },
  };
}
