import { mixHashes } from '../core/hash.ts';

/** Numbers from 0 up to, but not including, 1. */
export type Dice = () => number;

const WORD = 2 ** 32;

/** Turns after which the seed has reached every bit of the state. */
const WARM_UP_TURNS = 12;

/**
 * A generator that two numbers seed: the same two, the same sequence, in every process. Sequences of neighbouring numbers
 * have nothing to do with each other. Not for secrets.
 */
export function diceOf(seed: number, number: number): Dice {
  const low = mixHashes(seed >>> 0, number >>> 0);
  const high = mixHashes(Math.floor(seed / WORD) >>> 0, Math.floor(number / WORD) >>> 0);
  return smallFast(low, mixHashes(high, low), mixHashes(low, high + 1));
}

/** A sequence of its own, drawn from another; different for each `salt`. */
export function fork(dice: Dice, salt: number): Dice {
  return diceOf(Math.floor(dice() * WORD), salt);
}

/** Chris Doty-Humphrey's sfc32: 32 bits a turn, passes PractRand, period above 2^32. */
function smallFast(a: number, b: number, c: number): Dice {
  let counter = 1;
  const turn = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / WORD;
  };
  for (let i = 0; i < WARM_UP_TURNS; i++) turn();
  return turn;
}
