import { Child, describeExit, type StartOptions } from './child.ts';
import { later } from './cleanup.ts';

/** Starts a process that is ended when the test ends. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Child {
  const child = new Child(command, args, options);
  later(async () => {
    await child.stop();
  });
  return child;
}

/**
 * Runs a program to its end and returns it for its output. Rejects, with the output, where it takes longer than
 * `timeoutMs` or its exit code is not `code` (default 0).
 */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly timeoutMs?: number; readonly code?: number } = {},
): Promise<Child> {
  const child = start(command, args, { input: '', ...options });
  const exit = await child.waitFor(() => child.exit ?? undefined, 'its end', options.timeoutMs);
  if (exit.code !== (options.code ?? 0))
    throw new Error(`${command} ended with ${describeExit(exit)}\n${child.output}`);
  return child;
}
