import type { Key } from './key.ts';
import type { Known } from './known.ts';
import { verdictOf } from './verdict.ts';

/** Whether a good client certificate was shown, which only a client can whose TLS is terminated here. */
export const KEY_OF_CERTIFICATE: Key<'clientCertificate'> = {
  name: 'client_certificate',
  compile: (wanted) => (known) => {
    const shown = shownBy(known);
    return shown === null ? 'maybe' : verdictOf(shown === wanted);
  },
  wanted: (wanted) => [`${wanted}`],
  seen: (known) => {
    const shown = shownBy(known);
    return shown === null ? [] : [`${shown}`];
  },
};

function shownBy(known: Known): boolean | null {
  if (known.clientCertificate !== null) return known.clientCertificate;
  return canStillBeTerminated(known) ? null : false;
}

function canStillBeTerminated({ terminated, findings }: Known): boolean {
  if (terminated !== null || findings === null) return true;
  return findings.open && findings.possible.has('tls');
}
