import { VERSION } from '../version.ts';
import { execute } from './execute.ts';
import { describeFailure } from './failure.ts';
import { EXIT_MS_MAX, HOST, survivePipes } from './host.ts';
import { parseCommand } from './parse.ts';

/** Does what this process was called for, and ends it. Never rejects. */
export async function start(): Promise<void> {
  survivePipes();
  try {
    const exit = await execute(parseCommand(process.argv.slice(2), VERSION), {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    });
    end(exit);
  } catch (error) {
    const { text, exit } = describeFailure(error);
    process.stderr.write(text);
    end(exit);
  }
}

/** The process ends when nothing holds it any more, and soon in any case. */
function end(exit: number): void {
  process.exitCode = exit;
  HOST.endWithin(EXIT_MS_MAX, exit);
}
