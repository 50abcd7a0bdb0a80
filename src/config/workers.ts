import { leaf, refuseKind } from './leaf.ts';

/** How many threads: `auto`, or 0 for none but the main one. */
export function workersCount() {
  const shape = {
    expected: 'auto or 0 (one shard on the main thread)',
    json: { title: '`auto`, `0`', type: ['string', 'integer'], enum: ['auto', 0] },
  };
  return leaf(shape, (value) =>
    value === 'auto' || value === 0 ? value : refuseKind(value, 'possible in this version', 'auto'),
  );
}
