import { describe, expect, it } from 'vitest';
import { EXPORT_WARNING_INTERVAL_MS, ExportWarnings } from '../../src/telemetry/export-warnings.ts';
import type { Fields } from '../../src/telemetry/log.ts';

const URL = 'http://me:secret@h:4318/v1/traces';

function warned() {
  const lines: Fields[] = [];
  let now = 1_000_000;
  const warnings = new ExportWarnings(
    { write: (level, event, fields) => lines.push({ level, event, ...fields }) },
    () => now,
  );
  return {
    lines,
    warnings,
    pass: (ms: number): void => {
      now += ms;
    },
  };
}

describe('warnings of failed exports', () => {
  it('are one line a minute at most, which counts those between', () => {
    const { lines, warnings, pass } = warned();
    warnings.failed('traces', URL, new Error('refused'), 5);
    pass(EXPORT_WARNING_INTERVAL_MS - 1);
    warnings.failed('traces', URL, new Error('refused'), 6);
    warnings.failed('metrics', URL, new Error('refused'), 0);
    expect(lines).toHaveLength(1);
    pass(1);
    warnings.failed('traces', URL, new Error('hung up'), 7);
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'telemetry.export_failed',
        signal: 'traces',
        endpoint: 'http://h:4318/v1/traces',
        cause: 'refused',
        failures: { traces: 1 },
        spans_lost: 5,
      },
      expect.objectContaining({ cause: 'hung up', failures: { traces: 2, metrics: 1 }, spans_lost: 13 }),
    ]);
  });

  it('say why even where the error has no message of its own', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:4318'), { code: 'ECONNREFUSED' });
    const causes = [
      new AggregateError([refused]),
      Object.assign(new Error(''), { code: 'ETIMEDOUT' }),
      undefined,
    ].map((error) => {
      const { lines, warnings } = warned();
      warnings.failed('traces', URL, error, 0);
      return lines[0]?.['cause'];
    });
    expect(causes).toEqual(['connect ECONNREFUSED ::1:4318', 'ETIMEDOUT', 'unknown']);
  });
});
