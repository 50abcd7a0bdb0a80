/**
 * The machine's monotonic clock in milliseconds. It reads the same in every thread; of `performance.now()`, which is as
 * quick, Node does not promise that.
 */
export function monotonicMs(): number {
  const time = process.hrtime();
  return time[0] * 1e3 + time[1] / 1e6;
}

/** Wall time at which that clock was 0. `timeOrigin` is exact to the microsecond, where `Date.now()` is cut to the millisecond. */
export function measuredEpoch(): number {
  return performance.timeOrigin + performance.now() - monotonicMs();
}
