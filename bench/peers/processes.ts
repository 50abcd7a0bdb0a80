import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that the bench started. It ends with the bench, however that ends. */
export interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it has said on stderr, the last few thousand characters. */
  complaints(): string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly cores: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What ends it. A master of workers has to end them itself, so it gets SIGTERM. */
  readonly end?: 'SIGKILL' | 'SIGTERM';
}

const FILES_WANTED = 20000;
const COMPLAINTS_MAX = 4000;
const STOP_MS = 3000;

const running = new Set<Started>();
let ending = false;

/** Runs a command on its cores, with descriptors enough. The pid is that of the command itself. */
export function start(command: string, args: readonly string[], options: StartOptions): Started {
  if (ending) throw new Error('the bench is ending');
  const end = options.end ?? 'SIGKILL';
  const files = filesMax();
  const child = spawn(
    'setpriv',
    [
      `--pdeathsig=${end.slice(3)}`,
      ...['prlimit', `--nofile=${files}:${files}`, 'taskset', '-c', options.cores, command, ...args],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-COMPLAINTS_MAX);
  });
  child.stdin.on('error', () => {});
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const started: Started = {
    pid: child.pid ?? 0,
    child,
    complaints: () => said.trim(),
    stop: async () => {
      child.kill(end);
      await Promise.race([gone, sleep(STOP_MS, undefined, { ref: false })]);
      if (hasEnded(child)) return;
      child.kill('SIGKILL');
      await gone;
    },
  };
  running.add(started);
  gone.then(() => running.delete(started));
  return started;
}

/** Runs a command to its end and gives what it printed. Throws where it fails or takes longer than it may. */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly timeoutMs: number },
): Promise<string> {
  const started = start(command, args, options);
  let printed = '';
  started.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    started.child.kill('SIGKILL');
  }, options.timeoutMs);
  const code = await new Promise<number | null>((resolve) => started.child.once('close', resolve));
  clearTimeout(timer);
  if (late) throw new Error(`${command} was not done within ${options.timeoutMs} ms`);
  if (code !== 0)
    throw new Error(`${command} ended with ${code}: ${(started.complaints() || printed).slice(-300).trim()}`);
  return printed;
}

/** The lines that a process prints, one by one. Ends with the process. */
export function linesOf({ child }: Started): AsyncIterator<string> {
  if (child.stdout === null) throw new Error('nothing is read of it');
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

/** The next line. Throws where the process ends, or says nothing for so long. */
export async function nextLine(
  started: Started,
  lines: AsyncIterator<string>,
  timeoutMs: number,
): Promise<string> {
  const late = setTimeout(() => started.child.kill('SIGKILL'), timeoutMs);
  const line = await lines.next();
  clearTimeout(late);
  if (line.done === true)
    throw new Error(`it ended, or was not done within ${timeoutMs} ms: ${started.complaints()}`);
  return line.value;
}

/** The first line of a process that stays; what it prints later is thrown away. */
export async function firstLine(started: Started, timeoutMs: number): Promise<string> {
  const lines = linesOf(started);
  const line = await nextLine(started, lines, timeoutMs);
  await lines.return?.();
  started.child.stdout?.resume();
  return line;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Ends all of them; none can be started any more. */
export async function stopAll(): Promise<void> {
  ending = true;
  await Promise.all([...running].map((started) => started.stop()));
}

/** Descriptors that each process gets: those wanted, or what the system allows where that is less. */
function filesMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return hard === undefined || hard === 'unlimited' ? FILES_WANTED : Math.min(Number(hard), FILES_WANTED);
}
