import type { Jitter } from '../core/stage-plan.ts';
import type { Dice } from './dice.ts';

/** Shape of the Pareto distribution: with 3 the mean and the variance exist, and one in a thousand is 9 means away. */
const PARETO_SHAPE = 3;

/** The most that a heavy tail adds, in means. */
export const PARETO_MEANS_MAX = 100;

/** What is added to a delay: of the size of `spread`, in its unit. `normal` and `uniform` may be below 0. */
export function jitter(distribution: Jitter, spread: number, dice: Dice): number {
  switch (distribution) {
    case 'uniform':
      return uniform(-spread, spread, dice);
    case 'normal':
      return spread * normal(dice);
    case 'pareto':
      return pareto(spread, dice);
  }
}

/** Any number between two, all as likely. */
export function uniform(from: number, to: number, dice: Dice): number {
  return from + (to - from) * dice();
}

/** A whole number between two, both included, all as likely. */
export function wholeBetween(from: number, to: number, dice: Dice): number {
  return from + Math.floor((to - from + 1) * dice());
}

/** Normally distributed around 0 with a deviation of 1 (Box and Muller); draws twice. */
export function normal(dice: Dice): number {
  const radius = Math.sqrt(-2 * Math.log(1 - dice()));
  return radius * Math.cos(2 * Math.PI * dice());
}

/** 0 or more, `mean` on average, seldom far more (Lomax, the Pareto distribution from 0 on). */
export function pareto(mean: number, dice: Dice): number {
  const scale = mean * (PARETO_SHAPE - 1);
  const drawn = scale * ((1 - dice()) ** (-1 / PARETO_SHAPE) - 1);
  return Math.min(drawn, mean * PARETO_MEANS_MAX);
}

/** How many trials fail before one of `probability` holds; Infinity where none ever does. */
export function failures(probability: number, dice: Dice): number {
  const drawn = dice();
  if (probability <= 0) return Number.POSITIVE_INFINITY;
  if (probability >= 1) return 0;
  return Math.floor(Math.log1p(-drawn) / Math.log1p(-probability));
}
