/**
 * Pearson's statistic of counts against the shares that were expected, over its critical value at one in a million
 * (Wilson and Hilferty's approximation). More than 1: the counts do not come from such shares.
 */
export function chiSquareRatio(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let statistic = 0;
  for (const [at, share] of shares.entries()) {
    const expected = (total * share) / whole;
    if (expected === 0) {
      if (counts[at] !== 0) return Number.POSITIVE_INFINITY;
      continue;
    }
    statistic += ((counts[at] ?? 0) - expected) ** 2 / expected;
  }
  return statistic / criticalValue(shares.filter((share) => share > 0).length - 1);
}

/** Standard normal quantile of 1 - 1e-6. */
const Z = 4.753;

function criticalValue(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + Z * Math.sqrt(spread)) ** 3;
}
