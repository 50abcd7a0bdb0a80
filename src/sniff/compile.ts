import type { Protocol, ProtocolRulePlan } from '../core/sniffed.ts';
import { compileRules } from './rules.ts';
import type { NamedSniffer } from './sniffer.ts';
import { SNIFFERS } from './table.ts';

/** One that has not said no: from how many bytes on it is to be asked, and with what. */
export interface OpenSniffer {
  readonly named: NamedSniffer;
  readonly atLeast: number;
  readonly resume: number;
}

/** Sniffers made ready for many connections. Made by `compileSniffers`. */
export interface CompiledSniffers {
  /** For each first byte those that it leaves in question, in the order of precedence. */
  readonly byFirstByte: readonly (readonly OpenSniffer[])[];
  /** Everything that a client can be that has said nothing yet. */
  readonly anything: ReadonlySet<Protocol>;
  /** The set of one, by what is in it. */
  readonly alone: ReadonlyMap<Protocol, ReadonlySet<Protocol>>;
}

/** The rules of a config, and behind them every sniffer of the table. Throws as `compileRules` does. */
export function compileSniffers(rules: readonly ProtocolRulePlan[]): CompiledSniffers {
  const known: NamedSniffer[] = Object.entries(SNIFFERS).map(([protocol, sniffer]) => ({
    protocol,
    sniffer,
    isRule: false,
  }));
  const all = [...compileRules(rules), ...known];
  const anything = new Set<Protocol>([...all.map(({ protocol }) => protocol), 'mysql', 'unknown']);
  return {
    byFirstByte: Array.from({ length: 256 }, (_, byte) => leftBy(byte, all)),
    anything,
    alone: new Map([...anything].map((protocol) => [protocol, new Set([protocol])])),
  };
}

/** A no is final, so that whoever says it to the first byte need never be asked about more. */
function leftBy(byte: number, all: readonly NamedSniffer[]): OpenSniffer[] {
  const first = Uint8Array.of(byte);
  return all
    .filter(({ sniffer }) => sniffer(first, 0).kind !== 'no-match')
    .map((named) => ({ named, atLeast: 1, resume: 0 }));
}

/** Every sniffer of the table and no rule. */
export const STANDARD_SNIFFERS: CompiledSniffers = compileSniffers([]);
