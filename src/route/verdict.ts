/** Whether something holds, as far as that can be told. `maybe`: what is not known yet decides. */
export type Verdict = 'yes' | 'no' | 'maybe';

export function verdictOf(holds: boolean): Verdict {
  return holds ? 'yes' : 'no';
}

export function opposite(verdict: Verdict): Verdict {
  if (verdict === 'maybe') return 'maybe';
  return verdict === 'yes' ? 'no' : 'yes';
}

/** `no` where any is, `yes` where all are; so `yes` where there are none. */
export function allOf<T>(list: readonly T[], verdict: (item: T) => Verdict): Verdict {
  let result: Verdict = 'yes';
  for (const item of list) {
    const one = verdict(item);
    if (one === 'no') return 'no';
    if (one === 'maybe') result = 'maybe';
  }
  return result;
}

/** `yes` where any is, `no` where all are; so `no` where there are none. */
export function anyOf<T>(list: readonly T[], verdict: (item: T) => Verdict): Verdict {
  let result: Verdict = 'no';
  for (const item of list) {
    const one = verdict(item);
    if (one === 'yes') return 'yes';
    if (one === 'maybe') result = 'maybe';
  }
  return result;
}
