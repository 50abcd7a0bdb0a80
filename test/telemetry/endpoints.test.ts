import { describe, expect, it } from 'vitest';
import { otlpEndpoints, shownUrl } from '../../src/telemetry/endpoints.ts';

const NONE = { traces: null, metrics: null, invalid: [] };

describe('the OTLP endpoints', () => {
  it('are none where nothing is set', () => {
    expect(otlpEndpoints(null, {})).toEqual(NONE);
    expect(otlpEndpoints(null, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toEqual(NONE);
  });

  it('lie under the base of the plan, with or without a slash or a path', () => {
    for (const base of ['http://h:4318', 'http://h:4318/'])
      expect(otlpEndpoints(base, {})).toEqual({
        traces: 'http://h:4318/v1/traces',
        metrics: 'http://h:4318/v1/metrics',
        invalid: [],
      });
    expect(otlpEndpoints('https://h/otlp/', {}).traces).toBe('https://h/otlp/v1/traces');
  });

  it('are those of the plan whatever the environment says', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other:1', OTEL_SDK_DISABLED: 'true' };
    expect(otlpEndpoints('http://h:4318', environment).traces).toBe('http://h:4318/v1/traces');
  });

  it('are those of the environment where the plan has none, the narrower variable as it stands', () => {
    expect(
      otlpEndpoints(null, {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:4318',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:1/take/this',
      }),
    ).toEqual({ traces: 'http://t:1/take/this', metrics: 'http://h:4318/v1/metrics', invalid: [] });
    expect(otlpEndpoints(null, { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m:1/x' })).toEqual({
      ...NONE,
      metrics: 'http://m:1/x',
    });
  });

  it('are none where the environment disables the SDK', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:4318', OTEL_SDK_DISABLED: 'TRUE' };
    expect(otlpEndpoints(null, environment)).toEqual(NONE);
  });

  it('leave out what is no http URL, and say so', () => {
    for (const text of ['localhost:4318', 'grpc://h:4317', '/x'])
      expect(otlpEndpoints(null, { OTEL_EXPORTER_OTLP_ENDPOINT: text })).toEqual({
        ...NONE,
        invalid: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
      });
  });

  it('are shown without user, password and query', () => {
    expect(shownUrl('https://me:secret@h:4318/v1/traces?key=secret')).toBe('https://h:4318/v1/traces');
  });
});
