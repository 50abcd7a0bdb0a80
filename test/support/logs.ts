/** One line of Sluice's log. Every line has `event`; the other keys depend on it. */
export interface LogLine {
  readonly event: string;
  readonly [key: string]: unknown;
}

/** The line that tells the end of a connection, as far as tests read it. */
export interface ClosedLog extends LogLine {
  readonly event: 'connection.closed';
  readonly connection: string;
  readonly listener: string;
  readonly reason: string;
  readonly pool: string | null;
  readonly backend: string | null;
  readonly bytes_up: number;
  readonly bytes_down: number;
  readonly duration_ms: number;
  readonly trace_id: string | null;
}

/** The line that tells that all listeners are bound. */
export interface ReadyLog extends LogLine {
  readonly event: 'ready';
  readonly listeners: Readonly<Record<string, string>>;
  /** What is served for people, by name: `admin`, `metrics`. */
  readonly urls: Readonly<Record<string, string>>;
}

export function isClosed(line: LogLine): line is ClosedLog {
  return line.event === 'connection.closed';
}

export function isReady(line: LogLine): line is ReadyLog {
  return line.event === 'ready';
}

/** Reads the log as its lines come in; each line is parsed once. */
export class LogReader {
  readonly parsed: LogLine[] = [];
  /** Lines that are no JSON object with an event: there must be none. */
  readonly strays: string[] = [];
  #read = 0;

  /** Takes in the lines that are new. */
  update(lines: readonly string[]): readonly LogLine[] {
    for (; this.#read < lines.length; this.#read++) {
      const line = lines[this.#read] ?? '';
      const parsed = parse(line);
      if (parsed === null) this.strays.push(line);
      else this.parsed.push(parsed);
    }
    return this.parsed;
  }
}

function parse(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    const isLine = typeof value === 'object' && value !== null && 'event' in value;
    return isLine && typeof value.event === 'string' ? (value as LogLine) : null;
  } catch {
    return null;
  }
}
