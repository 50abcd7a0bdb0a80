import { leaf, Refusal, refuseKind, textOf } from './leaf.ts';
import { WORKERS_MAX } from './limits.ts';
import { show } from './show.ts';

/** How many threads: `auto`, or 0 for none but the main one. */
export function workersCount() {
  const shape = {
    expected: `auto (one a core) or a whole number from 0 (one shard on the main thread) to ${WORKERS_MAX}`,
    json: {
      title: `\`auto\`, or a whole number, 0 to ${WORKERS_MAX}`,
      type: ['string', 'integer'],
      pattern: '^auto$',
      minimum: 0,
      maximum: WORKERS_MAX,
    },
  };
  return leaf(shape, (value): 'auto' | number | Refusal => {
    if (value === 'auto') return value;
    if (typeof value !== 'number' || !Number.isInteger(value))
      return refuseKind(value, 'a number of threads', meant(value));
    return value >= 0 && value <= WORKERS_MAX ? value : new Refusal(`${show(value)} is out of range`);
  });
}

function meant(value: unknown): string | null {
  const text = textOf(value).trim().toLowerCase();
  if (/^\d{1,2}$/.test(text) && Number(text) <= WORKERS_MAX) return String(Number(text));
  return ['auto', 'cores', 'all', 'max', 'true'].includes(text) ? 'auto' : null;
}
