import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, type Exit, WAIT_MS } from './child.ts';
import { later } from './cleanup.ts';
import { type ClosedLog, isClosed, isReady, type LogLine, LogReader, type ReadyLog } from './logs.ts';
import { fdCount, rssBytes } from './proc.ts';
import { start } from './process.ts';
import { type Metrics, parsePrometheus } from './prometheus.ts';
import { sharingNode } from './sharing-node.ts';
import { tempDir } from './temp.ts';

const MAIN = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));

export interface SluiceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Descriptor limit of the process, hard and soft (`ulimit -n`). Absent = that of the tests. */
  readonly ulimitN?: number;
  /** Arguments of node itself. */
  readonly nodeArgs?: readonly string[];
  /** Longest wait for `ready`, in milliseconds. */
  readonly readyMs?: number;
  /** The node that runs it. Default: that of the tests. */
  readonly node?: string;
  /** The program. Default: the built command line. */
  readonly main?: string;
}

/** How a Sluice process ended, and all it logged. */
export interface SluiceEnd extends Exit {
  readonly logs: readonly LogLine[];
}

/** A listener's address taken apart. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * Runs the built program as a process of its own and resolves when it is ready. `config` is the text of a YAML file to
 * `run`, or the arguments of the command line. It is ended when the test ends.
 */
export async function startSluice(
  config: string | readonly string[],
  options: SluiceOptions = {},
): Promise<Sluice> {
  const child = launchSluice(config, options);
  const logs = new LogReader();
  const ready = await child.waitFor(
    () => logs.update(child.lines).find(isReady),
    'the log event "ready"',
    options.readyMs,
  );
  return new Sluice(child, logs, ready);
}

/** As `startSluice`, but does not wait for `ready`: for starts that are meant to fail. */
export function launchSluice(config: string | readonly string[], options: SluiceOptions = {}): Child {
  let child: Child | null = null;
  later(() => expectNothingLeftOpen(child));
  child = startNode(config, options);
  return child;
}

/** A shard counts the descriptors of its plane as it closes, and logs those that are left. Called when the process has ended. */
function expectNothingLeftOpen(child: Child | null): void {
  const left = child?.lines.filter((line) => /has left \d+ descriptors open/.test(line)) ?? [];
  if (left.length > 0) throw new Error(`descriptors leak: ${left.join('\n')}`);
}

function startNode(config: string | readonly string[], options: SluiceOptions): Child {
  const args = typeof config === 'string' ? ['run', writeConfig(config + testLines(config))] : config;
  const node = [options.node ?? nodeOfRun(), ...(options.nodeArgs ?? []), options.main ?? MAIN, ...args];
  const env = options.env ?? {};
  if (options.ulimitN === undefined) return start(node[0] as string, node.slice(1), { env });
  return start('/bin/sh', ['-c', `ulimit -n ${options.ulimitN} && exec "$0" "$@"`, ...node], { env });
}

/** How many shards, and which plane, this run of the tests is about; absent: what the configuration says. */
const WORKERS = process.env['SLUICE_TEST_WORKERS'];
const PLANE = process.env['SLUICE_TEST_PLANE'];

function testLines(config: string): string {
  const lines = [];
  if (WORKERS !== undefined && !/^workers:/m.test(config)) lines.push(`workers: ${WORKERS}`);
  if (PLANE !== undefined && !/^plane:/m.test(config)) lines.push(`plane: ${PLANE}`);
  return `\n${lines.join('\n')}\n`;
}

/** Where several shards are to share a port, a node that can. */
function nodeOfRun(): string {
  return WORKERS === undefined || PLANE === 'linux' ? process.execPath : sharingNode();
}

/** A running Sluice. */
export class Sluice {
  readonly child: Child;
  readonly ready: ReadyLog;
  /** Name of each listener to the address it is bound to, as `ready` told it. */
  readonly listeners: Readonly<Record<string, string>>;
  /** URL of the admin address; null where none is configured. */
  readonly admin: string | null;
  /** URL of the Prometheus page; null where none is configured. */
  readonly metrics: string | null;
  readonly #reader: LogReader;

  constructor(child: Child, reader: LogReader, ready: ReadyLog) {
    this.child = child;
    this.ready = ready;
    this.listeners = ready.listeners;
    this.admin = ready.urls['admin'] ?? null;
    this.metrics = ready.urls['metrics'] ?? null;
    this.#reader = reader;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Everything logged so far. */
  get logs(): readonly LogLine[] {
    return this.#reader.update(this.child.lines);
  }

  /** Lines on standard output that are no log lines. */
  get strayLines(): readonly string[] {
    this.#reader.update(this.child.lines);
    return this.#reader.strays;
  }

  /** The address of a listener that is bound to TCP; without a name, of the only one. */
  address(listener?: string): HostPort {
    const names = Object.keys(this.listeners);
    const name = listener ?? (names.length === 1 ? names[0] : undefined);
    const text = name === undefined ? undefined : this.listeners[name];
    const match = /^\[?(.+?)\]?:(\d+)$/.exec(text ?? '');
    if (match?.[1] === undefined) {
      throw new Error(`no TCP listener ${listener ?? '(one name needed)'} among ${names.join(', ')}`);
    }
    return { host: match[1], port: Number(match[2]) };
  }

  /** The log lines of connections that have ended; of one listener, where it is named. */
  closedLogs(listener?: string): readonly ClosedLog[] {
    return this.logs.filter(isClosed).filter((line) => listener === undefined || line.listener === listener);
  }

  /** The first log line for which `predicate` is true, whether it was logged already or comes within `timeoutMs`. */
  waitForLog(predicate: (line: LogLine) => boolean, timeoutMs = WAIT_MS): Promise<LogLine> {
    return this.child.waitFor(() => this.logs.find(predicate), `a log line (${predicate})`, timeoutMs);
  }

  /** The line of this event that is number `count`, from 1, whether it was logged already or comes within `timeoutMs`. */
  waitForEvent(event: string, count = 1, timeoutMs = WAIT_MS): Promise<LogLine> {
    const check = (): LogLine | undefined => this.logs.filter((line) => line.event === event)[count - 1];
    return this.child.waitFor(check, `the log event "${event}", number ${count}`, timeoutMs);
  }

  /** Resolves when `count` connections (of the listener, where it is named) have ended, with their log lines. */
  waitForClosed(count: number, listener?: string, timeoutMs = WAIT_MS): Promise<readonly ClosedLog[]> {
    const check = (): readonly ClosedLog[] | undefined => {
      const closed = this.closedLogs(listener);
      return closed.length >= count ? closed : undefined;
    };
    return this.child.waitFor(check, `${count} connections to end`, timeoutMs);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.signal(signal);
  }

  /** SIGTERM, then waits for the end. Where that takes longer than `graceMs` it is killed, which `signal` shows. */
  async stop(graceMs = WAIT_MS): Promise<SluiceEnd> {
    const exit = await this.child.stop(graceMs);
    return { ...exit, logs: this.logs };
  }

  /** Descriptors it holds now. */
  fdCount(): number {
    return fdCount(this.pid);
  }

  /** Its resident memory now. */
  rssBytes(): number {
    return rssBytes(this.pid);
  }

  /** Reads its Prometheus page. */
  async scrape(): Promise<Metrics> {
    if (this.metrics === null) throw new Error('this config has no telemetry.metrics');
    const response = await fetch(this.metrics);
    if (!response.ok) throw new Error(`${this.metrics} answered ${response.status}`);
    return parsePrometheus(await response.text());
  }
}

function writeConfig(text: string): string {
  const path = join(tempDir(), 'sluice.yaml');
  writeFileSync(path, text);
  return path;
}
