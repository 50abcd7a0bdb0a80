import { parseAddress } from '../../core/address.ts';
import { parseIp } from '../../core/cidr.ts';
import type { ListenerPlan } from '../../core/plan.ts';
import type { Protocol, ProtocolRulePlan, Sniffed } from '../../core/sniffed.ts';
import { compileSniffers, SNIFF_BYTES_MAX, sniff } from '../../sniff/index.ts';
import type { Described } from './client.ts';
import type { ExplainOptions } from './options.ts';
import { firstClient } from './pcap.ts';

/** Reads a file, at most so many bytes; in words why not. */
export type ReadFile = (file: string, bytesMax: number) => Uint8Array | string;

/** The longest file of caught packets that is read. */
export const PCAP_BYTES_MAX = 256 * 1024 * 1024;

/** The client that flags and files describe; in words what is wrong with them. */
export function describeClient(
  options: ExplainOptions,
  listener: ListenerPlan,
  rules: readonly ProtocolRulePlan[],
  readFile: ReadFile,
): Described | string {
  const { bytes, pcap, source, destination } = options;
  if (source !== undefined && parseIp(source) === null) return `--source: "${source}" is not an IP address`;
  const goal = destination === undefined ? listener.listen : parseAddress(destination);
  if (typeof goal === 'string') return `--destination: ${goal}`;
  if (bytes !== undefined && pcap !== undefined) return '--bytes and --pcap exclude each other';
  if (bytes === undefined && pcap === undefined)
    return { ...bySaying(options), source: source ?? '', destination: goal };
  for (const flag of ['sni', 'alpn', 'protocol', 'host'] as const)
    if (options[flag] !== undefined) return `--${flag}: the bytes say that themselves`;
  if (bytes !== undefined) {
    const content = readFile(bytes, SNIFF_BYTES_MAX);
    if (typeof content === 'string') return `--bytes: ${bytes}: ${content}`;
    return { sniffed: sniffedOf(content, rules), inside: null, source: source ?? '', destination: goal };
  }
  const content = readFile(pcap ?? '', PCAP_BYTES_MAX);
  const caught = typeof content === 'string' ? content : firstClient(content, SNIFF_BYTES_MAX);
  if (typeof caught === 'string') return `--pcap: ${pcap}: ${caught}`;
  return {
    sniffed: sniffedOf(caught.bytes, rules),
    inside: null,
    source: source ?? caught.source,
    destination: destination === undefined ? caught.destination : goal,
  };
}

/** What the sniffers make of bytes after which no more come. */
function sniffedOf(bytes: Uint8Array, rules: readonly ProtocolRulePlan[]): Sniffed {
  return sniff(bytes, true, compileSniffers(rules)).sniffed ?? { protocol: 'unknown' };
}

/** A server name or ALPN make it TLS; what else is said is inside then. */
function bySaying({ sni, alpn, protocol, host }: ExplainOptions): Pick<Described, 'sniffed' | 'inside'> {
  const speaks = protocol ?? (host === undefined ? undefined : 'http1');
  const said = host === undefined ? {} : { host: fold(host) };
  const inner: Sniffed | null =
    speaks === undefined || speaks === 'tls' ? null : { protocol: speaks as Protocol, ...said };
  if (sni === undefined && alpn === undefined && speaks !== 'tls') return { sniffed: inner, inside: null };
  const hello: Sniffed = {
    protocol: 'tls',
    ...(sni === undefined ? {} : { sni: fold(sni) }),
    ...(alpn === undefined ? {} : { alpn: alpn.split(',') }),
  };
  return { sniffed: hello, inside: inner };
}

function fold(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
