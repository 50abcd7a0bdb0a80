import { describe, expect, test } from 'vitest';
import { parsePrometheus } from './prometheus.ts';

describe('the reader of a Prometheus page', () => {
  test('sums the samples of a name that carry the labels asked for', () => {
    const metrics = parsePrometheus(
      [
        '# HELP sluice_bytes_total bytes relayed',
        '# TYPE sluice_bytes_total counter',
        'sluice_bytes_total{listener="a",direction="up"} 3 1700000000000',
        'sluice_bytes_total{listener="a",direction="down"} 5',
        'sluice_bytes_total{listener="b",direction="up"} 7',
        'plain 1e3',
        '',
      ].join('\n'),
    );
    expect(metrics.sum('sluice_bytes_total', { direction: 'up' })).toBe(10);
    expect(metrics.sum('sluice_bytes_total', { listener: 'a' })).toBe(8);
    expect(metrics.sum('sluice_bytes_total')).toBe(15);
    expect(metrics.sum('plain')).toBe(1000);
    expect(metrics.sum('absent')).toBe(0);
  });

  test('reads escaped label values and the values that are no finite numbers', () => {
    const metrics = parsePrometheus('m{a="x,y=\\"z\\"\\\\",b="1\\n2",} +Inf\nn -Inf\no NaN');
    expect(metrics.samples[0]?.labels).toEqual({ a: 'x,y="z"\\', b: '1\n2' });
    expect(metrics.samples.map((sample) => sample.value)).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });

  test.each(['m', 'm{a="1" 2', 'm{a=1} 2', '9m 1', 'm one'])('refuses the line %j', (line) => {
    expect(() => parsePrometheus(line)).toThrow();
  });
});
