import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

type Section = Record<string, Record<string, unknown>>;

const text = readFileSync(new URL('../../otel-collector.yaml', import.meta.url), 'utf8');
const config = parse(text) as Record<'receivers' | 'processors' | 'exporters' | 'extensions', Section> & {
  service: { extensions: string[]; pipelines: Record<string, Record<string, string[]>> };
};

describe('otel-collector.yaml', () => {
  it('uses every component it declares and declares every one it uses', () => {
    for (const kind of ['receivers', 'processors', 'exporters'] as const) {
      const used = Object.values(config.service.pipelines).flatMap((pipeline) => pipeline[kind] ?? []);
      expect(new Set(used)).toEqual(new Set(Object.keys(config[kind])));
    }
    expect(config.service.extensions).toEqual(Object.keys(config.extensions));
  });

  it('takes OTLP for traces and metrics, and hands traces to Jaeger and metrics to Prometheus', () => {
    expect(config.service.pipelines).toMatchObject({
      traces: { receivers: ['otlp'], exporters: ['otlp/jaeger'] },
      metrics: { receivers: ['otlp'], exporters: ['prometheus'] },
    });
  });

  it('says in its head every address it listens on', () => {
    const comment = text.slice(0, text.indexOf('\nreceivers:'));
    const body = text.slice(text.indexOf('\nreceivers:'));
    const bound = (from: string): Set<string> => new Set(from.match(/0\.0\.0\.0:\d+/g));
    expect(bound(comment)).toEqual(bound(body));
  });
});
