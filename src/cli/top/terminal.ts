import { emitKeypressEvents } from 'node:readline';
import { hasHungUp } from '../hang-ups.ts';
import { HOST } from '../host.ts';
import { type KeyPress, keyOf } from './keys.ts';
import { COLUMNS_DEFAULT, ROWS_DEFAULT, SCREEN_COLUMNS_MAX, SCREEN_ROWS_MAX } from './limits.ts';
import type { Terminal } from './screen.ts';

/** Signals that end the program. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long the process waits to be stopped before it goes on; a group without a shell cannot be. */
const STOP_MS_MAX = 200;

/** What happens at a terminal. */
export interface TerminalListener {
  key(key: string): void;
  resized(): void;
  /** Another process may have had the terminal. */
  continued(): void;
  /** SIGTSTP came from elsewhere. */
  suspended(): void;
  /** A signal to end, or the terminal is gone. */
  ended(): void;
}

/** A terminal with keys, a size and the signals of whoever sits there. */
export interface LiveTerminal extends Terminal {
  size(): { readonly rows: number; readonly columns: number };
  /** Begins to tell; what is returned ends that. */
  listen(listener: TerminalListener): () => void;
  /** Stops this process, by `group` its whole group, as Ctrl-Z does; `continued` is told afterwards. */
  stop(group: boolean): void;
}

/** The terminal that this process has. */
export function processTerminal(): LiveTerminal {
  const { stdin, stdout } = process;
  let listening: TerminalListener | null = null;
  const suspended = () => listening?.suspended();
  return {
    write: (text) => void stdout.write(text),
    setRaw(isRaw) {
      stdin.setRawMode(isRaw);
      if (isRaw) stdin.resume();
      else stdin.pause();
    },
    size: () => ({
      rows: bounded(stdout.rows, ROWS_DEFAULT, SCREEN_ROWS_MAX),
      columns: bounded(stdout.columns, COLUMNS_DEFAULT, SCREEN_COLUMNS_MAX),
    }),
    listen(listener) {
      listening = listener;
      const endListening = listenTo(listener);
      process.on('SIGTSTP', suspended);
      return () => {
        listening = null;
        process.off('SIGTSTP', suspended);
        endListening();
      };
    },
    stop(group) {
      process.off('SIGTSTP', suspended);
      process.kill(group ? 0 : process.pid, 'SIGTSTP');
      // Comes when the process goes on, also where nobody could stop it.
      setTimeout(() => {
        if (listening === null) return;
        process.on('SIGTSTP', suspended);
        listening.continued();
      }, STOP_MS_MAX);
    },
  };
}

function listenTo(listener: TerminalListener): () => void {
  const { stdin, stdout } = process;
  const onKey = (character: string | undefined, press: KeyPress): void => {
    const key = keyOf(character, press);
    if (key !== null) listener.key(key);
  };
  const onResize = () => listener.resized();
  const onContinued = () => listener.continued();
  const onEnd = () => listener.ended();
  emitKeypressEvents(stdin);
  stdin.on('keypress', onKey).on('end', onEnd).on('error', onEnd);
  stdout.on('resize', onResize).on('error', onEnd);
  process.on('SIGCONT', onContinued);
  for (const signal of END_SIGNALS) HOST.on(signal, onEnd);
  if (hasHungUp()) setImmediate(onEnd);
  return () => {
    stdin.off('keypress', onKey).off('end', onEnd);
    stdout.off('resize', onResize);
    process.off('SIGCONT', onContinued);
    for (const signal of END_SIGNALS) HOST.off(signal, onEnd);
  };
}

function bounded(told: number | undefined, otherwise: number, most: number): number {
  return told === undefined || told < 1 ? otherwise : Math.min(told, most);
}
