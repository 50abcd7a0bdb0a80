import { Argument, Command as Commander, Option } from 'commander';
import { CHART_NAMES, type ChartName } from '../admin/index.ts';
import type { QuickFlags } from '../config/index.ts';
import { BALANCE_POLICIES } from '../core/plan.ts';
import { addCapture } from './capture/index.ts';
import { CHART_FORMATS, type ChartFormat, type Command } from './command.ts';
import { EXAMPLES } from './examples.ts';
import type { ExplainOptions } from './explain/index.ts';
import type { ReplayOptions } from './replay/index.ts';
import { addTop } from './top/index.ts';

/** Takes what a command line asks for; called once where it is right. */
export type Choose = (command: Command) => void;

/**
 * The commands and flags, for one parse. Where the command line is wrong, or asks for help, `parse` throws a
 * CommanderError and `write` has got the text.
 */
export function createProgram(version: string, write: (text: string) => void, choose: Choose): Commander {
  const program = bare(write)
    .description('A layer-4 (TCP) proxy and load balancer. Without arguments it runs a demo of its own.')
    .usage('[command] | [flags] LISTEN BACKEND...')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES);
  addQuick(program, write, choose);
  addFileCommands(program, choose);
  addExplain(program, choose);
  addReplay(program, choose);
  addCapture(program, (command, options) => {
    refuseFlagsBefore(program, command);
    choose({ kind: 'capture', options });
  });
  addTop(program, (command, options) => {
    refuseFlagsBefore(program, command);
    choose({ kind: 'top', options });
  });
  addMachines(program, choose);
  addDemo(program, choose);
  return program;
}

function bare(write: (text: string) => void): Commander {
  return new Commander('sluice')
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: write,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .showHelpAfterError('(see sluice --help)');
}

interface QuickOptions {
  rateLimitDown?: string;
  rateLimitUp?: string;
  tee?: string;
  balance?: string;
  connectTimeout?: string;
  idle?: string;
  metrics?: string;
  admin?: string;
  otlp?: string;
  workers?: string;
}

function addQuick(program: Commander, write: (text: string) => void, choose: Choose): void {
  program
    .addArgument(new Argument('[listen]', 'address to listen on').argOptional())
    .addArgument(new Argument('[backends...]', 'addresses to relay to'))
    .optionsGroup('Flags of LISTEN BACKEND...:')
    .option('--rate-limit-down <rate>', 'limit each connection towards the client, such as 1MiB/s')
    .option('--rate-limit-up <rate>', 'limit each connection towards the backend')
    .option('--tee <file>', 'copy what passes into files: traffic-{connection}.{direction}.log')
    .option('--balance <policy>', BALANCE_POLICIES.join(', '))
    .option('--connect-timeout <duration>', 'deadline of one attempt to connect, such as 5s')
    .option('--idle <duration>', 'end a connection that was silent for so long')
    .option('--metrics <address>', 'serve metrics for Prometheus there')
    .option('--admin <address>', 'serve health, status and a live page there')
    .option('--otlp <url>', 'send traces to this OTLP receiver')
    .option('--workers <count>', 'threads that relay: auto, which is one a core, or a number')
    .action((listen: string | undefined, backends: string[], options: QuickOptions) => {
      if (listen === undefined) program.error('error: LISTEN and BACKEND are missing');
      refuseOtherWords(program, listen, write);
      if (backends.length === 0) program.error(`error: BACKEND is missing: where should ${listen} lead?`);
      choose({ kind: 'quick', listen, backends, flags: quickFlags(options) });
    });
}

/** A first word that is no address was meant as a command, or as a file. */
function refuseOtherWords(program: Commander, word: string, write: (text: string) => void): void {
  if (word.includes(':')) return;
  if (/\.ya?ml$/.test(word) || word.includes('/'))
    program.error(`error: to run a file, write: sluice run ${word}`);
  const commands = bare(write);
  for (const name of program.commands.map((command) => command.name())) commands.command(name);
  commands.parse([word], { from: 'user' });
}

function quickFlags(options: QuickOptions): QuickFlags {
  const { rateLimitDown: down, rateLimitUp: up, ...rest } = options;
  const rateLimit = { ...(up === undefined ? {} : { up }), ...(down === undefined ? {} : { down }) };
  return Object.keys(rateLimit).length === 0 ? rest : { ...rest, rateLimit };
}

function addFileCommands(program: Commander, choose: Choose): void {
  for (const [kind, description] of [
    ['run', 'run the proxy that a file describes'],
    ['check', 'read a file and print what it means; starts nothing'],
  ] as const) {
    const command = program.command(kind).description(description);
    command.argument('<file>', 'configuration, YAML').action((file: string) => {
      refuseFlagsBefore(program, command);
      choose({ kind, file });
    });
  }
}

function addExplain(program: Commander, choose: Choose): void {
  const command = program.command('explain').description('say which route a client would take, and why');
  command
    .argument('<file>', 'configuration, YAML')
    .option('--listener <name>', 'where the client comes in; needed where there are several')
    .option('--bytes <file>', 'its first bytes')
    .option('--pcap <file>', 'a pcap or pcapng file; its first TCP connection is the client')
    .option('--sni <name>', 'the server name it asks for')
    .option('--alpn <names>', 'the protocols it offers, such as h2,http/1.1')
    .option('--protocol <name>', 'what it speaks; inside TLS with --sni or --alpn')
    .option('--host <name>', 'the Host of its HTTP/1 request')
    .option('--source <ip>', 'where it comes from')
    .option('--destination <address>', 'what it connects to; the address of the listener if not given')
    .action((file: string, options: ExplainOptions) => {
      refuseFlagsBefore(program, command);
      choose({ kind: 'explain', file, options });
    });
}

function addReplay(program: Commander, choose: Choose): void {
  const command = program
    .command('replay')
    .description("send the clients' half of a capture again and compare the answers");
  command
    .argument('<file>', 'pcap or pcapng, by a tee or by tcpdump')
    .requiredOption('--to <address>', 'the server that is to answer')
    .option(
      '--speed <factor>',
      'times the speed of the capture, such as 2 or 0.5; max waits for answers only',
    )
    .option('--timeout <duration>', 'how long nothing may come while an answer is waited for (default: 10s)')
    .option('--concurrency <count>', 'connections at a time (default: 100)')
    .addOption(
      new Option('--leg <leg>', 'of a capture of Sluice, which has both')
        .choices(['client', 'backend'])
        .default('client'),
    )
    .option('--json', 'print an object a line', false)
    .action((file: string, options: ReplayOptions) => {
      refuseFlagsBefore(program, command);
      choose({ kind: 'replay', file, options });
    });
}

function addMachines(program: Commander, choose: Choose): void {
  const command = program.command('machines').description('print the state charts that Sluice runs by');
  command
    .addOption(new Option('--format <format>', 'form of the charts').choices(CHART_FORMATS).default('json'))
    .addOption(new Option('--machine <name>', 'this one only').choices(CHART_NAMES))
    .action((options: { format: ChartFormat; machine?: ChartName }) => {
      refuseFlagsBefore(program, command);
      choose({ kind: 'machines', format: options.format, machine: options.machine ?? null });
    });
}

function addDemo(program: Commander, choose: Choose): void {
  const command = program.command('demo').description('run the demo (the same as no arguments)');
  command
    .option('--print-config', 'print its configuration; starts nothing')
    .option('--access-log', 'log every connection, also on a terminal')
    .option('--no-access-log', 'log no connections')
    .action((options: { printConfig?: boolean; accessLog?: boolean }) => {
      refuseFlagsBefore(program, command);
      const { printConfig = false, accessLog = null } = options;
      choose({ kind: 'demo', printConfig, accessLog });
    });
}

/** Flags before a command's name would be read as those of LISTEN BACKEND and heeded by nobody. */
function refuseFlagsBefore(program: Commander, command: Commander): void {
  if (Object.keys(program.opts()).length > 0)
    command.error('error: the flags of LISTEN BACKEND do not go with a command; a file says it all');
}
