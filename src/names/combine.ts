import type { NameAnswer } from '../core/names.ts';
import type { Outcome } from './exchange.ts';
import type { RecordType } from './message.ts';

/** What came of the question for one type. */
export interface Part {
  readonly type: RecordType;
  readonly outcome: Outcome;
}

/**
 * One answer of all parts. Addresses of one family are enough: that the other has none is usual, and where it could not be
 * asked for the answer says so. That nobody answered weighs more than that there is nothing.
 */
export function combine(parts: readonly Part[]): NameAnswer {
  const outcomes = parts.map(({ outcome }) => outcome);
  const addresses = outcomes.flatMap((outcome) => (outcome.kind === 'addresses' ? outcome.addresses : []));
  const services = outcomes.flatMap((outcome) => (outcome.kind === 'services' ? outcome.services : []));
  const ttls = outcomes.flatMap((outcome) =>
    'ttlMs' in outcome && outcome.ttlMs !== null ? [outcome.ttlMs] : [],
  );
  if (addresses.length + services.length > 0) {
    const refused = parts.find(({ outcome }) => outcome.kind === 'refused');
    const lacks = refused === undefined ? null : refused.type === 'AAAA' ? 'ipv6' : 'ipv4';
    return { kind: 'found', addresses, services, ttlMs: Math.min(...ttls), lacks };
  }
  const refused = outcomes.find((outcome) => outcome.kind === 'refused');
  if (refused !== undefined) return { kind: 'failed', cause: refused.cause, ttlMs: null };
  const causes = outcomes.flatMap((outcome) => (outcome.kind === 'nothing' ? [outcome.cause] : []));
  const cause = causes.includes('NODATA') ? 'NODATA' : 'NXDOMAIN';
  return { kind: 'failed', cause, ttlMs: ttls.length === 0 ? null : Math.min(...ttls) };
}
