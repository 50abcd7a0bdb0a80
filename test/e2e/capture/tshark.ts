import { expect } from 'vitest';
import { sha256 } from '../../support/payload.ts';
import { run } from '../../support/process.ts';
import { program } from '../../support/programs.ts';

/** No dissector above TCP: random bytes are malformed to any that takes them for its own. And every checksum is looked at. */
const PLAIN = [
  '-d',
  'tcp.port==1-65535,data',
  ...['ip.check_checksum', 'tcp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]),
];

/** One TCP connection, as tshark follows it. */
export interface Followed {
  /** Who opened it, and to whom: `127.0.0.1:1234`. */
  readonly opener: string;
  readonly answerer: string;
  readonly sent: { readonly bytes: number; readonly sha256: string };
  readonly received: { readonly bytes: number; readonly sha256: string };
}

/** Runs tshark over a file. Throws where it says anything about the file itself. */
export async function tshark(file: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(program('tshark'), [...PLAIN, '-r', file, ...args]);
  const said = stderr
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('Running as user'));
  expect(said, file).toEqual([]);
  return stdout.toString();
}

const FAULTS =
  '_ws.malformed or tcp.analysis.flags or tcp.checksum.status == "Bad" or ip.checksum.status == "Bad"';

/** Holds a file to be without fault: nothing malformed, no checksum wrong, nothing missing, twice or out of order. */
export function expectFaultless(file: string): Promise<void> {
  return expectNone(file, `${FAULTS} or frame.time_delta < 0`);
}

/** The same, but for the order of packets of different connections. */
export function expectWellFormed(file: string): Promise<void> {
  return expectNone(file, FAULTS);
}

/** Holds the filter to let no packet through, and tshark's experts, whose say comes behind the packets, to find no error. */
async function expectNone(file: string, filter: string): Promise<void> {
  const said = await tshark(file, ['-Y', filter, '-z', 'expert']);
  const experts = said.search(/^\w+ \(\d+\)\n=+$/m);
  expect(experts, 'the experts have said something').toBeGreaterThanOrEqual(0);
  expect(said.slice(0, experts).trim(), file).toBe('');
  expect(said.slice(experts)).not.toMatch(/^Errors|Malformed|checksum/m);
}

/** Fields of the packets that a filter lets through, a line each. */
export async function fieldsOf(
  file: string,
  filter: string,
  ...fields: readonly string[]
): Promise<string[][]> {
  const args = ['-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const lines = (await tshark(file, args)).split('\n').filter((line) => line !== '');
  return lines.map((line) => line.split('\t'));
}

/** Follows every TCP connection of a file. */
export async function followAll(file: string): Promise<Followed[]> {
  const streams = new Set((await fieldsOf(file, 'tcp', 'tcp.stream')).map(([stream]) => stream));
  const taps = [...streams].flatMap((stream) => ['-z', `follow,tcp,raw,${stream}`]);
  const text = await tshark(file, ['-q', ...taps]);
  const parts = text.split(/^=+\n(?=Follow)/m).filter((part) => part.startsWith('Follow'));
  expect(parts).toHaveLength(streams.size);
  return parts.map(followed);
}

/** What the opener has sent stands at the beginning of a line, what it has received behind a tab. */
function followed(text: string): Followed {
  const [, opener = '', answerer = ''] = /^Node 0: (.*)\nNode 1: (.*)$/m.exec(text) ?? [];
  const lines = text.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line));
  const bytesOf = (isReceived: boolean) => {
    const digits = lines
      .filter((line) => line.startsWith('\t') === isReceived)
      .join('')
      .replaceAll('\t', '');
    const bytes = Buffer.from(digits, 'hex');
    return { bytes: bytes.length, sha256: sha256(bytes) };
  };
  return { opener, answerer, sent: bytesOf(false), received: bytesOf(true) };
}
