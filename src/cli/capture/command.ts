import type { Command as Commander } from 'commander';
import type { CaptureOptions } from './options.ts';

const ADMIN = 'http://127.0.0.1:9900';

/** Adds the command; `choose` is called with what it was called with. */
export function addCapture(
  program: Commander,
  choose: (command: Commander, options: CaptureOptions) => void,
): void {
  const command = program.command('capture').description('write what passes a running Sluice as pcapng');
  command
    .argument('<target>', 'name of a listener, or id of a connection, which has twelve hex digits')
    .requiredOption('-o, --output <file>', 'file to write, which must not exist; - for standard output')
    .option('--for <duration>', 'how long, 1h at most (default: 30s)')
    .option('--filter <what>', 'only these: client=NETWORK or route=NAME; may be given again', added)
    .option('--max-bytes <size>', 'end before the file is longer (default: 256MiB)')
    .option('--snaplen <size>', 'keep so much of each packet, headers included (default: all)')
    .option('--admin <url>', 'admin address of the service', ADMIN)
    .option('--token-env <variable>', 'environment variable that holds the token of its admin address')
    .option('--ca <file>', 'certificates by which that of an https:// address is verified')
    .addHelpText('after', '\nCtrl-C ends the capture; the file is whole. A second one leaves at once.\n')
    .action((target: string, options: Omit<CaptureOptions, 'target'>) =>
      choose(command, { target, ...options }),
    );
}

function added(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
