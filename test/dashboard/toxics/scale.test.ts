import { describe, expect, it } from 'vitest';
import { type Field, kindsOf, type StageSchema } from '../../../dashboard/src/toxics/kinds.ts';
import { STEPS, scaleOf } from '../../../dashboard/src/toxics/scale.ts';
import { itemOf } from '../../../dashboard/src/toxics/values.ts';
import { readStageSchemas } from '../../../dashboard/vite-stage-schemas.ts';
import { parseStage } from '../../../src/config/index.ts';

const KINDS = kindsOf(readStageSchemas() as Record<string, StageSchema>);

function fieldOf(kind: string, path: string): Field {
  const field = KINDS.find((each) => each.kind === kind)?.fields.find((each) => each.path === path);
  if (field === undefined) throw new Error(`no ${kind}.${path}`);
  return field;
}

const SLIDERS = KINDS.flatMap(({ kind, fields }) =>
  fields
    .filter((field) => scaleOf(field) !== null)
    .map((field) => [`${kind}.${field.path}`, kind, field] as const),
);

describe('the slider of a field', () => {
  it.each(SLIDERS)('%s stands near where its own text says, at every step', (_, __, field) => {
    const scale = scaleOf(field);
    for (let step = 0; step <= STEPS; step++) {
      const text = scale?.textAt(step) ?? '';
      expect(Math.abs((scale?.stepOf(text) ?? Number.NaN) - step), `${step}: ${text}`).toBeLessThanOrEqual(8);
    }
  });

  it.each([
    'latency.down',
    'bandwidth.up',
    'quota.bytes',
    'stall.probability',
    'corrupt.rate',
    'timeout.after',
  ])('%s writes at every step but its ends what the service reads', (name) => {
    const [kind = '', path = ''] = name.split('.');
    const own = KINDS.find((each) => each.kind === kind) ?? { kind, about: '', fields: [] };
    for (let step = 1; step < STEPS; step += 7) {
      const text = scaleOf(fieldOf(kind, path))?.textAt(step) ?? '';
      expect(() =>
        parseStage(itemOf(own, { [path]: text }), { owner: 'edge', terminatesTls: false }),
      ).not.toThrow();
    }
  });

  it('has no delay at its left end and no limit at its right one', () => {
    expect(scaleOf(fieldOf('latency', 'down'))?.textAt(0)).toBe('');
    expect(scaleOf(fieldOf('bandwidth', 'down'))?.textAt(STEPS)).toBe('');
    expect(scaleOf(fieldOf('timeout', 'after'))?.textAt(0)).toBe('never');
    expect(scaleOf(fieldOf('quota', 'bytes'))?.textAt(0)).toBe('1B');
  });

  it('stands at its end for what lies beyond, and nowhere for what is no value', () => {
    const scale = scaleOf(fieldOf('bandwidth', 'down'));
    expect(scale?.stepOf('100GiB/s')).toBe(STEPS - 1);
    expect(scale?.stepOf('1B/s')).toBe(0);
    expect(scale?.stepOf('fast')).toBeNull();
  });
});
