import { type ChildProcess, spawn } from 'node:child_process';
import { Capture } from './capture.ts';
import { plainEnv } from './plain-env.ts';

/** Longest wait for a line, a port or an end, unless a call says otherwise. */
export const WAIT_MS = 30_000;
/** How long a process may take to end after its stop signal before it is killed. */
const STOP_GRACE_MS = 5_000;
/** How long output may still arrive after a process ended; a grandchild may hold the pipe open for longer. */
const FLUSH_MS = 500;

/** How a process ended: by exit code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly cwd?: string;
  /** Added to the environment of the tests (`plainEnv`). */
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user. Absent = as the user of the tests. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Written to standard input, which then ends. Absent = standard input stays open and silent. */
  readonly input?: Uint8Array | string;
  /** The signal that asks it to end. Default: SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

/** A process a test has started. It leads a process group of its own and is ended with that when the test ends. */
export class Child {
  readonly command: string;
  /** Resolves when it has ended and its output was read; never rejects. */
  readonly ended: Promise<Exit>;
  #exit: Exit | null = null;
  #failure: Error | null = null;
  readonly #process: ChildProcess;
  readonly #stopSignal: NodeJS.Signals;
  readonly #out = new Capture();
  readonly #err = new Capture();
  readonly #waiters = new Set<() => void>();

  constructor(command: string, args: readonly string[], options: StartOptions) {
    this.command = [command, ...args].join(' ');
    this.#stopSignal = options.stopSignal ?? 'SIGTERM';
    this.#process = spawn(command, args, {
      cwd: options.cwd,
      env: { ...plainEnv(), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      ...options.user,
    });
    this.#process.stdout?.on('data', (bytes: Buffer) => this.#read(this.#out, bytes));
    this.#process.stderr?.on('data', (bytes: Buffer) => this.#read(this.#err, bytes));
    this.#process.stdin?.on('error', () => {}); // it ended before it read all its input: `ended` tells
    if (options.input !== undefined) this.endInput(options.input);
    this.ended = this.#watchEnd();
    killWithThisProcess(this);
  }

  get pid(): number {
    if (this.#process.pid === undefined)
      throw this.#failure ?? new Error(`${this.command} was never started`);
    return this.#process.pid;
  }

  get exit(): Exit | null {
    return this.#exit;
  }

  /** Everything it wrote to standard output. */
  get stdout(): Buffer {
    return this.#out.bytes();
  }

  get stderr(): Buffer {
    return this.#err.bytes();
  }

  /** The complete lines of standard output so far, without their ends. */
  get lines(): readonly string[] {
    return this.#out.lines;
  }

  /** Both streams as text, the way a failure shows them. */
  get output(): string {
    return `--- stdout of ${this.command}\n${this.#out.tail()}\n--- stderr\n${this.#err.tail()}`;
  }

  /** Writes to standard input, which stays open. */
  write(input: Uint8Array | string): void {
    this.#process.stdin?.write(input);
  }

  /** Writes to standard input and ends it. */
  endInput(input: Uint8Array | string = ''): void {
    this.#process.stdin?.end(input);
  }

  /** The first line of either stream that matches; one that was written already counts. */
  waitForLine(pattern: RegExp, timeoutMs = WAIT_MS): Promise<string> {
    const find = (): string | undefined =>
      [this.#out, this.#err].flatMap((capture) => capture.lines).find((line) => pattern.test(line));
    return this.waitFor(find, `a line like ${pattern}`, timeoutMs);
  }

  /**
   * What `check` returns once that is not undefined. It is asked now and whenever the process writes or ends. Rejects,
   * with the output, when the process ends without it or `timeoutMs` pass.
   */
  waitFor<T>(check: () => T | undefined, what: string, timeoutMs = WAIT_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        end();
      };
      const fail = (why: string): void =>
        settle(() => reject(new Error(`waited for ${what}: ${why}\n${this.output}`)));
      const look = (): void => {
        const found = check();
        if (found !== undefined) settle(() => resolve(found));
        else if (this.#exit !== null)
          fail(this.#failure?.message ?? `it ended with ${describeExit(this.#exit)}`);
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      this.#waiters.add(look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exit === null) this.#process.kill(signal);
  }

  /** Ends it: by its stop signal, and by SIGKILL to its group where that takes longer than `graceMs`. */
  async stop(graceMs = STOP_GRACE_MS): Promise<Exit> {
    this.signal(this.#stopSignal);
    const timer = setTimeout(() => this.killGroup(), graceMs);
    const exit = await this.ended;
    clearTimeout(timer);
    this.killGroup();
    return exit;
  }

  /** SIGKILL to whatever is left of its process group. */
  killGroup(): void {
    if (this.#process.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // nothing is left of the group
    }
  }

  #read(capture: Capture, bytes: Buffer): void {
    capture.add(bytes);
    this.#wake();
  }

  #wake(): void {
    for (const look of [...this.#waiters]) look();
  }

  #watchEnd(): Promise<Exit> {
    return new Promise((resolve) => {
      const finish = (exit: Exit): void => {
        if (this.#exit !== null) return;
        this.#exit = exit;
        this.#out.end();
        this.#err.end();
        running.delete(this);
        this.#wake();
        resolve(exit);
      };
      this.#process.once('error', (error) => {
        this.#failure = error;
        if (this.#process.pid === undefined) finish({ code: null, signal: null });
      });
      this.#process.once('close', (code, signal) => finish({ code, signal }));
      // This process may have had no turn in all that time: what the pipe holds is read before an immediate.
      const soon = (exit: Exit) => setImmediate(finish, exit);
      this.#process.once('exit', (code, signal) => setTimeout(soon, FLUSH_MS, { code, signal }));
    });
  }
}

const running = new Set<Child>();
let watchesThisProcess = false;

/** A test process that is ended from outside takes its children with it. */
function killWithThisProcess(child: Child): void {
  running.add(child);
  if (watchesThisProcess) return;
  watchesThisProcess = true;
  process.once('exit', killAll);
  process.once('disconnect', killAll);
}

function killAll(): void {
  for (const child of running) child.killGroup();
}

/** An end in words. */
export function describeExit(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}
