import { hashText, mixHashes } from '../core/hash.ts';
import type { Candidate, PolicyState } from './candidate.ts';

const HASHES = 2 ** 32;

/** How IPv4 addresses look on a socket that is open to both families. */
const MAPPED_PREFIX = '::ffff:';

/**
 * A client address always goes to the same backend, in proportion to weights, by weighted rendezvous hashing: each
 * candidate draws a number from the hash of client and backend, and the highest wins. When a backend is lost its clients
 * spread over the others and come back with it; no other client moves. The port and the `::ffff:` of a mapped IPv4
 * address are left out of account.
 */
export function ipHash(candidates: readonly Candidate[], _state: PolicyState, client: string): number {
  const key = hashHost(client);
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < candidates.length; index++) {
    const { seed, weight } = candidates[index] as Candidate;
    const score = -weight / Math.log((mixHashes(key, seed) + 0.5) / HASHES);
    if (score > highest) {
      highest = score;
      best = index;
    }
  }
  return best;
}

/** Hash of the host in `1.2.3.4`, `1.2.3.4:5`, `::1`, `[::1]:5` or `unix:…` (all clients of Unix sockets are one). */
function hashHost(client: string): number {
  let from = 0;
  let to = client.length;
  const colon = client.indexOf(':');
  if (client.charCodeAt(0) === 0x5b) {
    from = 1;
    to = client.indexOf(']') < 0 ? to : client.indexOf(']');
  } else if (colon >= 0 && colon === client.lastIndexOf(':')) to = colon;
  if (client.startsWith(MAPPED_PREFIX, from) && client.includes('.', from)) from += MAPPED_PREFIX.length;
  return hashText(client, from, to);
}
