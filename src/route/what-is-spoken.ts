import type { RouteMatch } from '../core/route-plan.ts';
import { type Findings, type KnownProtocol, SERVER_FIRST_PROTOCOLS, type Sniffed } from '../core/sniffed.ts';
import type { Known } from './known.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What bytes tell of a client besides its protocol, and a match can ask for. */
export type FoundField = Exclude<keyof Sniffed & keyof RouteMatch, 'protocol'>;

/** The protocols whose clients can say it. */
const SAID_BY: { readonly [F in FoundField]: KnownProtocol } = {
  sni: 'tls',
  alpn: 'tls',
  host: 'http1',
  postgresUser: 'postgres',
  postgresDatabase: 'postgres',
  mqttClientId: 'mqtt',
};

/** Whether what the client speaks is among these. With TLS terminated here it speaks `tls`, and what is inside. */
export function speaksAnyOf(protocols: ReadonlySet<string>, known: Known): Verdict {
  if (known.terminated !== null && protocols.has('tls')) return 'yes';
  const { findings } = known;
  if (findings === null) return 'maybe';
  let [some, all] = [false, true];
  for (const protocol of findings.possible) {
    const verdict = holdsFor(protocol, protocols, findings);
    some ||= verdict !== 'no';
    all &&= verdict === 'yes';
  }
  if (all) return 'yes';
  return some ? 'maybe' : 'no';
}

function holdsFor(protocol: string, wanted: ReadonlySet<string>, findings: Findings): Verdict {
  if (wanted.has(protocol)) return 'yes';
  if (protocol !== 'unknown' || !SERVER_FIRST_PROTOCOLS.some((name) => wanted.has(name))) return 'no';
  if (findings.sniffed?.silent) return 'yes';
  return findings.sniffed === null || findings.open ? 'maybe' : 'no';
}

/** Whether a field that bytes can tell is there and is what is wanted. What was not said is not. */
export function said<F extends FoundField>(
  field: F,
  known: Known,
  isWanted: (value: NonNullable<Sniffed[F]>) => boolean,
): Verdict {
  const value = toldOf(field, known);
  if (value !== undefined) return verdictOf(isWanted(value));
  return canStillSay(field, known) ? 'maybe' : 'no';
}

/** What was said so far. */
export function toldOf<F extends FoundField>(field: F, known: Known): NonNullable<Sniffed[F]> | undefined {
  const { terminated, findings } = known;
  const from = isOfHello(field) && terminated !== null ? terminated : findings?.sniffed;
  return from?.[field] as NonNullable<Sniffed[F]> | undefined;
}

/** Whether more bytes can still bring it. */
function canStillSay(field: FoundField, { terminated, findings }: Known): boolean {
  if (isOfHello(field) && terminated !== null) return false;
  return findings === null || (findings.open && findings.possible.has(SAID_BY[field]));
}

function isOfHello(field: FoundField): boolean {
  return SAID_BY[field] === 'tls';
}
