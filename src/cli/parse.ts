import { CommanderError } from 'commander';
import type { Command } from './command.ts';
import { createProgram } from './program.ts';

/**
 * Reads a command line, without the names of node and of the program. Pure: touches no file and prints nothing.
 * `version` is what `--version` says.
 */
export function parseCommand(args: readonly string[], version: string): Command {
  if (args.length === 0) return { kind: 'demo', printConfig: false, accessLog: null };
  let text = '';
  const found: Command[] = [];
  const program = createProgram(
    version,
    (written) => {
      text += written;
    },
    (command) => {
      found.push(command);
    },
  );
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'print', text, exit: error.exitCode === 0 ? 0 : 2 };
  }
  const [command] = found;
  if (command === undefined) throw new Error('a command line led to no command');
  return command;
}
