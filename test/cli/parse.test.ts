import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { EXAMPLES } from '../../src/cli/examples.ts';
import { parseCommand } from '../../src/cli/parse.ts';

function parse(line: string): Command {
  return parseCommand(line === '' ? [] : line.split(' '), '1.2.3');
}

/** What a wrong command line is told; fails where it is right. */
function complaint(line: string): string {
  const command = parse(line);
  expect(command).toMatchObject({ kind: 'print', exit: 2 });
  return command.kind === 'print' ? command.text : '';
}

describe('a command line', () => {
  it('without arguments asks for the demo', () => {
    expect(parse('')).toEqual({ kind: 'demo', printConfig: false, accessLog: null });
  });

  it.each(['run', 'check'] as const)('%s names a file', (kind) => {
    expect(parse(`${kind} proxy.yaml`)).toEqual({ kind, file: 'proxy.yaml' });
  });

  it('explain names a file, and what is known of a client', () => {
    expect(parse('explain proxy.yaml')).toEqual({ kind: 'explain', file: 'proxy.yaml', options: {} });
    const flags =
      '--listener a --bytes b --pcap c --sni d --alpn e,f --protocol g --host h --source i --destination j:1';
    expect(parse(`explain proxy.yaml ${flags}`)).toMatchObject({
      options: {
        ...{ listener: 'a', bytes: 'b', pcap: 'c', sni: 'd', alpn: 'e,f', protocol: 'g', host: 'h' },
        ...{ source: 'i', destination: 'j:1' },
      },
    });
    expect(complaint('explain')).toContain("missing required argument 'file'");
  });

  it('replay names a file and a server, and how', () => {
    const absent = { to: 'a:1', leg: 'client', json: false };
    expect(parse('replay x.pcapng --to a:1')).toEqual({ kind: 'replay', file: 'x.pcapng', options: absent });
    const flags = '--to a:1 --speed max --timeout 3s --concurrency 7 --leg backend --json';
    expect(parse(`replay x.pcapng ${flags}`)).toMatchObject({
      options: { speed: 'max', timeout: '3s', concurrency: '7', leg: 'backend', json: true },
    });
    expect(complaint('replay x.pcapng')).toContain("required option '--to <address>' not specified");
    expect(complaint('replay x.pcapng --to a:1 --leg both')).toContain(
      'Allowed choices are client, backend.',
    );
  });

  it('top names a service, and how it is shown', () => {
    expect(parse('top')).toEqual({ kind: 'top', options: { admin: 'http://127.0.0.1:9900', color: true } });
    const flags = '--admin https://a:1 --token-env TOKEN --ca b.pem --every 2s --once --no-color';
    expect(parse(`top ${flags}`)).toMatchObject({
      options: {
        admin: 'https://a:1',
        tokenEnv: 'TOKEN',
        ca: 'b.pem',
        every: '2s',
        once: true,
        color: false,
      },
    });
    expect(complaint('--tee x top')).toContain('do not go with a command');
  });

  it('of addresses asks for a proxy without a file', () => {
    const expected = { kind: 'quick', listen: ':80', backends: ['a:1', '[::1]:2'], flags: {} };
    expect(parse(':80 a:1 [::1]:2')).toEqual(expected);
  });

  it('takes every flag of a proxy without a file, before and behind the addresses', () => {
    const flags =
      '--rate-limit-down 1MiB/s --rate-limit-up 2MiB/s --tee t.log --balance ip_hash --connect-timeout 1s';
    const line = `${flags} :80 a:1 --idle 5m --metrics :9464 --admin 127.0.0.1:0 --otlp http://c:4318 --workers 4`;
    expect(parse(line)).toMatchObject({
      kind: 'quick',
      flags: {
        rateLimit: { down: '1MiB/s', up: '2MiB/s' },
        tee: 't.log',
        balance: 'ip_hash',
        connectTimeout: '1s',
        idle: '5m',
        metrics: ':9464',
        admin: '127.0.0.1:0',
        otlp: 'http://c:4318',
        workers: '4',
      },
    });
  });

  it('may leave the number of threads to the machine', () => {
    expect(parse(':80 a:1 --workers auto')).toMatchObject({ flags: { workers: 'auto' } });
  });

  it('may limit one direction alone', () => {
    expect(parse(':80 a:1 --rate-limit-up 1B/s')).toMatchObject({ flags: { rateLimit: { up: '1B/s' } } });
  });

  it('prints the charts it asks for', () => {
    expect(parse('machines')).toEqual({ kind: 'machines', format: 'json', machine: null });
    const one = { kind: 'machines', format: 'mermaid', machine: 'health-checker' };
    expect(parse('machines --format mermaid --machine health-checker')).toEqual(one);
    expect(parse('machines --machine shard')).toMatchObject({ machine: 'shard' });
  });

  it('can ask the demo for its configuration, and for its log or none', () => {
    expect(parse('demo --print-config')).toMatchObject({ printConfig: true, accessLog: null });
    expect(parse('demo --access-log')).toMatchObject({ printConfig: false, accessLog: true });
    expect(parse('demo --no-access-log')).toMatchObject({ accessLog: false });
  });

  it('can ask for the version', () => {
    expect(parse('--version')).toEqual({ kind: 'print', text: '1.2.3\n', exit: 0 });
  });

  it.each(['--help', '-h', 'help'])('%s prints commands, flags and examples', (line) => {
    const command = parse(line);
    expect(command).toMatchObject({ kind: 'print', exit: 0 });
    const text = command.kind === 'print' ? command.text : '';
    for (const part of ['run <file>', 'machines', '--tee <file>', EXAMPLES.trim()])
      expect(text).toContain(part);
  });
});

describe('a wrong command line', () => {
  it('with a mistyped command is told the right one', () => {
    expect(complaint('chekc proxy.yaml')).toContain("unknown command 'chekc'\n(Did you mean check?)");
    expect(complaint('machine')).toContain('(Did you mean machines?)');
  });

  it('with a word that is nothing is told so', () => {
    expect(complaint('frobnicate')).toContain("unknown command 'frobnicate'");
  });

  it('that is only a file is told how to run it', () => {
    expect(complaint('proxy.yaml')).toContain('sluice run proxy.yaml');
    expect(complaint('/etc/sluice/conf')).toContain('sluice run /etc/sluice/conf');
  });

  it('with a mistyped flag is told the right one', () => {
    expect(complaint(':80 a:1 --tea x')).toContain("unknown option '--tea'\n(Did you mean --tee?)");
  });

  it.each([
    [':80', 'BACKEND is missing'],
    ['--idle 5m', 'LISTEN and BACKEND are missing'],
    ['run', "missing required argument 'file'"],
    ['check', "missing required argument 'file'"],
    ['run a.yaml b.yaml', 'too many arguments'],
    ['run a.yaml --tee x', "unknown option '--tee'"],
    ['--tee x run a.yaml', 'do not go with a command'],
    ['--tee x machines', 'do not go with a command'],
    [':80 a:1 --tee', "option '--tee <file>' argument missing"],
    ['machines --format svg', 'Allowed choices are json, mermaid.'],
    [
      'machines --machine conection',
      'Allowed choices are connection, balancer, health-checker, name, circuit, shard.',
    ],
  ])('%j is told: %s', (line, text) => {
    expect(complaint(line)).toContain(text);
  });
});
