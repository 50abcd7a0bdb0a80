import { anyCidrContains, type Cidr } from '../core/cidr.ts';
import { PROTOCOLS, type Protocol, type RouteMatch, type Sniffed } from '../core/plan.ts';
import { compileServerNames, matchesServerName, type ServerNamePatterns } from './server-name-patterns.ts';

/** What is known of a connection when it is routed. */
export interface Known {
  /** null: nothing is known yet. */
  readonly sniffed: Sniffed | null;
  /** The client's IP address as text; '' for the client of a Unix socket, which lies in no network. */
  readonly source: string;
}

/** A RouteMatch made ready for many connections. null: the key is not there, or excludes nobody. */
export interface CompiledMatch {
  readonly protocol: ReadonlySet<Protocol> | null;
  readonly sni: ServerNamePatterns | null;
  readonly alpn: ReadonlySet<string> | null;
  readonly source: readonly Cidr[] | null;
}

export type Matched = 'yes' | 'no' | 'needs-sniffing';

/** null, the match of a default route, becomes one that excludes nobody. An empty list excludes everybody. */
export function compileMatch(match: RouteMatch | null): CompiledMatch {
  const protocols = match?.protocol && new Set(match.protocol);
  return {
    protocol: protocols && protocols.size < PROTOCOLS.length ? protocols : null,
    sni: match?.sni ? compileServerNames(match.sni) : null,
    alpn: match?.alpn ? new Set(match.alpn) : null,
    source: match?.source ?? null,
  };
}

/** Whether a match has a key that only the client's bytes can answer. */
export function needsBytes(match: CompiledMatch): boolean {
  return match.protocol !== null || match.sni !== null || match.alpn !== null;
}

/** Whether a match can turn anybody away. */
export function isConditional(match: CompiledMatch): boolean {
  return match.source !== null || needsBytes(match);
}

/**
 * Whether all keys of a match hold, within a key any one value. `needs-sniffing` only where `sniffed` is null and no
 * key that can be told without bytes says no.
 */
export function matches(match: CompiledMatch, known: Known): Matched {
  if (match.source !== null && !anyCidrContains(match.source, known.source)) return 'no';
  if (!needsBytes(match)) return 'yes';
  return known.sniffed === null ? 'needs-sniffing' : matchesSniffed(match, known.sniffed);
}

function matchesSniffed(match: CompiledMatch, sniffed: Sniffed): Matched {
  const { protocol, sni, alpn } = match;
  if (protocol !== null && !protocol.has(sniffed.protocol)) return 'no';
  if (sni !== null && (sniffed.sni === undefined || !matchesServerName(sni, sniffed.sni))) return 'no';
  if (alpn !== null && !sniffed.alpn?.some((name) => alpn.has(name))) return 'no';
  return 'yes';
}
