import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES } from '../../src/telemetry/attributes.ts';
import { METRICS, type MetricMeta } from '../../src/telemetry/names.ts';

describe('the names of telemetry', () => {
  it('are those of the semantic conventions wherever they are not under sluice', () => {
    const known = new Set(Object.values(conventions));
    for (const name of Object.values(ATTRIBUTES)) {
      if (!name.startsWith('sluice.')) expect(known, name).toContain(name);
    }
  });

  it('are given to one metric each, under sluice, with a description that is a sentence', () => {
    const metrics = Object.values<MetricMeta>(METRICS);
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
    for (const { name, description, unit } of metrics) {
      expect(name).toMatch(/^sluice(\.[a-z_]+)+$/);
      expect(description).toMatch(/^[A-Z0-9].+\.$/s);
      expect(unit).not.toBe('');
    }
  });

  it('never include one for a client among the labels', () => {
    const labels = new Set(Object.values<MetricMeta>(METRICS).flatMap((metric) => metric.labels));
    for (const label of ['client', 'client_address', 'sni', 'connection', 'trace_id'])
      expect(labels).not.toContain(label);
  });
});
