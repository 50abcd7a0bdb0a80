import type { NamedStage } from '../../../src/core/stage-control.ts';

/** `latency`, or the first of `latency-2` … that no stage is called. */
export function freeName(kind: string, taken: readonly Pick<NamedStage, 'name'>[]): string {
  const names = new Set(taken.map(({ name }) => name));
  if (!names.has(kind)) return kind;
  let number = 2;
  while (names.has(`${kind}-${number}`)) number++;
  return `${kind}-${number}`;
}
