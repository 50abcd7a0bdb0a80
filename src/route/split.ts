import { hashText, mixHashes } from '../core/hash.ts';
import type { RouteAction } from '../core/route-plan.ts';

export type SplitAction = Extract<RouteAction, { readonly kind: 'split' }>;

const HASHES = 2 ** 32;

/** How IPv4 addresses look on a socket that is open to both families. */
const MAPPED_PREFIX = '::ffff:';

/**
 * The pool of a split, in proportion to the weights; one of weight 0 never. With `sticky` the client's address decides, by
 * weighted rendezvous hashing on it and the index of each pool: when a weight changes, clients move only to pools whose share
 * grew or from pools whose share shrank, and no more of them than that takes. Otherwise `random` does, from 0 up to and
 * without 1, drawn for this connection.
 */
export function chooseSplit(action: SplitAction, key: { readonly source: string }, random: number): number {
  return action.sticky ? highest(action, hashSource(key.source)) : atShare(action, random);
}

function atShare({ of }: SplitAction, random: number): number {
  let rest = random * of.reduce((sum, { weight }) => sum + weight, 0);
  let chosen = -1;
  for (const { pool, weight } of of) {
    if (weight === 0) continue;
    chosen = pool;
    rest -= weight;
    if (rest < 0) break;
  }
  return chosen;
}

function highest({ of }: SplitAction, client: number): number {
  let chosen = -1;
  let best = Number.NEGATIVE_INFINITY;
  for (const { pool, weight } of of) {
    if (weight === 0) continue;
    const score = -weight / Math.log((mixHashes(client, hashText(`pool ${pool}`)) + 0.5) / HASHES);
    if (score > best) [best, chosen] = [score, pool];
  }
  return chosen;
}

function hashSource(source: string): number {
  const isMapped = source.startsWith(MAPPED_PREFIX) && source.includes('.');
  return hashText(source, isMapped ? MAPPED_PREFIX.length : 0);
}
