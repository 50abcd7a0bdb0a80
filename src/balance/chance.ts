import { mixHashes } from '../core/hash.ts';
import type { Candidate, Draw } from './candidate.ts';

const NUMBERS = 2 ** 32;

/** What a draw is for; different ones are independent of each other. */
export const FIRST = 1;
export const SECOND = 2;
export const TO_EXPLORE = 3;
export const TO_ADMIT = 4;
const PURPOSES = 8;

/** A number from 0 up to and without 1 for one purpose, which depends on every bit of the draw's. */
export function chance({ random, attempt }: Draw, purpose: number): number {
  const scaled = random * NUMBERS;
  const high = Math.floor(scaled);
  const low = Math.floor((scaled - high) * NUMBERS);
  return mixHashes(mixHashes(high, low), purpose + PURPOSES * attempt) / NUMBERS;
}

/**
 * The candidate that a number from 0 up to and without 1 falls on, each having a part of the length of its weight. `but`
 * is the index of one that has none; -1 = all have. -1 where there is no other.
 */
export function pickByWeight(candidates: readonly Candidate[], number: number, but = -1): number {
  let sum = 0;
  for (let index = 0; index < candidates.length; index++)
    if (index !== but) sum += (candidates[index] as Candidate).weight;
  let left = number * sum;
  let last = -1;
  for (let index = 0; index < candidates.length; index++) {
    if (index === but) continue;
    last = index;
    left -= (candidates[index] as Candidate).weight;
    if (left < 0) return index;
  }
  return last;
}
