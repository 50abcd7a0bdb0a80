import type { Command as Commander } from 'commander';
import { TABS } from './model.ts';
import type { TopOptions } from './options.ts';

const ADMIN = 'http://127.0.0.1:9900';

/** Adds the command; `choose` is called with what it was called with. */
export function addTop(program: Commander, choose: (command: Commander, options: TopOptions) => void): void {
  const command = program
    .command('top')
    .description('watch a running Sluice in the terminal, and change it by keys');
  command
    .option('--admin <url>', 'admin address of the service', ADMIN)
    .option('--token-env <variable>', 'environment variable that holds the token of its admin address')
    .option('--ca <file>', 'certificates by which that of an https:// address is verified')
    .option('--every <duration>', 'how often to look (default: 1s)')
    .option('--page <view>', `the view that is shown first: ${TABS.join(', ')} (default: ${TABS[0]})`)
    .option('--once', 'print it once and end, as without a terminal')
    .option('--no-color', 'no colours, as with NO_COLOR')
    .action((options: TopOptions) => choose(command, options));
}
