import type { Backend, Candidate, Draw } from '../../src/balance/index.ts';
import { hashHost } from '../../src/balance/key-hash.ts';
import { hashText } from '../../src/core/hash.ts';
import { HEALTHY } from '../../src/core/upstream-table.ts';

/** A healthy backend without limit, idle, of weight 1, at this place and row unless something else is said. */
export function backendAt(place: number, other: Partial<Backend> = {}): Backend {
  return {
    row: place,
    place,
    weight: 1,
    load: 0,
    latency: 0,
    strength: 1,
    seed: hashText(`10.9.0.${place}:80`),
    health: HEALTHY,
    priority: 0,
    backup: false,
    connectionsMax: 0,
    paced: false,
    ...other,
  };
}

/** Candidates with these weights, in order. */
export function weighted(...weights: readonly number[]): Candidate[] {
  return weights.map((weight, place) => backendAt(place, { weight }));
}

/** A connection of this client, with this number to decide what chance decides. */
export function drawOf(client: string, random = 0, attempt = 0): Draw {
  return { hash: hashHost(client), random, attempt };
}

/** How often each number from 0 to `count` - 1 occurs. */
export function histogram(picks: readonly number[], count: number): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const pick of picks) counts[pick] = (counts[pick] ?? 0) + 1;
  return counts;
}
