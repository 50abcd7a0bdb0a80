import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/index.ts';
import { parseDuration } from '../../src/config/units.ts';

const DEPLOY = new URL('../../deploy/', import.meta.url);

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const compose = read('compose.yaml') as { readonly services: Record<string, Service> };
const { services } = compose;
const collector = read('../otel-collector.yaml') as Record<string, never>;
const sluice = read('compose/sluice.yaml') as Record<string, never>;

type Pipeline = Readonly<Record<'receivers' | 'processors' | 'exporters', readonly string[]>>;

/** What a service has in its file system of this folder, by the path there. */
function mounts(name: string): Record<string, string> {
  const split = (services[name]?.volumes ?? []).map((volume) => volume.split(':'));
  return Object.fromEntries(split.map(([file = '', path = '']) => [path, file]));
}

function read(file: string): unknown {
  return parse(readFileSync(new URL(file, DEPLOY), 'utf8'));
}

function msOf(duration: unknown): number {
  return parseDuration(String(duration)) ?? Number.NaN;
}

/** A value deep in a file that was read. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce((held, key) => (held as Record<string | number, unknown> | undefined)?.[key], value);
}

describe('compose.yaml', () => {
  test('starts Sluice and the four that show what it does', () => {
    expect(Object.keys(services)).toEqual(
      expect.arrayContaining(['sluice', 'otel-collector', 'jaeger', 'prometheus', 'grafana']),
    );
  });

  test('names files that are there, and services that it has', () => {
    for (const [name, service] of Object.entries(services)) {
      const files = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
      if (service.build !== undefined) files.push(`${service.build.context}/${service.build.dockerfile}`);
      expect(files.filter((file) => !existsSync(new URL(file, DEPLOY)))).toEqual([]);
      expect(
        (service.depends_on ?? []).filter((other) => services[other] === undefined),
        name,
      ).toEqual([]);
    }
  });

  test('puts each file where the program of its service reads it', () => {
    const dockerfile = readFileSync(new URL('Dockerfile', DEPLOY), 'utf8');
    const proxy = /^CMD .*"(\S+)"]$/m.exec(dockerfile)?.[1] ?? '';
    expect(mounts('sluice')).toEqual({ [proxy]: './compose/sluice.yaml' });
    const [, otelConfig = ''] = services['otel-collector']?.command ?? [];
    expect(mounts('otel-collector')).toEqual({ [otelConfig]: '../otel-collector.yaml' });
    const options = (services['prometheus']?.command ?? []).map((option) => option.split('='));
    const prometheus = String(Object.fromEntries(options)['--config.file']);
    expect(mounts('prometheus')).toEqual({
      [prometheus]: './prometheus/prometheus.yaml',
      [posix.join(posix.dirname(prometheus), 'alerts.yaml')]: './prometheus/alerts.yaml',
    });
  });

  test('has a version for every image that it does not build', () => {
    const images = Object.values(services).flatMap(({ image }) => image ?? []);
    expect(images).toHaveLength(Object.keys(services).length - 1);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
    for (const [, from] of readFileSync(new URL('Dockerfile', DEPLOY), 'utf8').matchAll(/^FROM (\S+)/gm))
      expect(from).toMatch(/:\d+\.\d+\.\d+/);
  });

  test('is reached from this machine alone', () => {
    for (const port of Object.values(services).flatMap(({ ports }) => ports ?? []))
      expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  test('asks Sluice for its health where the admin address is, and leaves it time to drain', () => {
    const admin = String(at(sluice, 'admin', 'listen'));
    expect(services['sluice']?.healthcheck?.test.join(' ')).toContain(`'http://${admin}/readyz'`);
    const drainMs = msOf(at(sluice, 'timeouts', 'drain'));
    expect(msOf(services['sluice']?.stop_grace_period)).toBeGreaterThanOrEqual(drainMs + 10_000);
  });

  test('has Sluice ask for addresses of containers often, since Docker tells them for ten minutes', () => {
    expect(msOf(at(sluice, 'resolver', 'max_ttl'))).toBeLessThanOrEqual(5_000);
  });

  test('has a backend for Sluice on the port that the web server is told', () => {
    const { command } = services['web'] as Service;
    expect(at(sluice, 'pools', 'web', 'backends', 0, 'address')).toBe(`web:${command?.at(-1)}`);
  });

  test('sends traces of Sluice to the collector, and those of the collector to Jaeger', () => {
    const otlp = new URL(String(at(sluice, 'telemetry', 'traces', 'otlp')));
    const http = String(at(collector, 'receivers', 'otlp', 'protocols', 'http', 'endpoint'));
    expect(services[otlp.hostname]?.volumes?.[0]).toMatch(/^\.\.\/otel-collector\.yaml:/);
    expect(http.split(':').at(-1)).toBe(otlp.port);
    const jaeger = String(at(collector, 'exporters', 'otlp/jaeger', 'endpoint'));
    expect(Object.keys(services)).toContain(jaeger.split(':')[0]);
    expect(at(collector, 'service', 'pipelines', 'traces', 'exporters')).toEqual(['otlp/jaeger']);
    const trace = new URL(String(at(sluice, 'admin', 'trace_url')));
    expect(services['jaeger']?.ports).toContain(`${trace.host}:${trace.port}`);
  });

  test('has a collector that uses each part it sets up, and no other', () => {
    const pipelines = Object.values(at(collector, 'service', 'pipelines') as Record<string, Pipeline>);
    for (const kind of ['receivers', 'processors', 'exporters'] as const) {
      const used = pipelines.flatMap((pipeline) => pipeline[kind]);
      expect(new Set(used), kind).toEqual(new Set(Object.keys(collector[kind] ?? {})));
    }
    expect(at(collector, 'service', 'extensions')).toEqual(Object.keys(collector['extensions'] ?? {}));
  });

  test('has Prometheus scrape the page of Sluice, and Grafana ask Prometheus and Jaeger', () => {
    const prometheus = read('prometheus/prometheus.yaml');
    const page = String(at(sluice, 'telemetry', 'metrics', 'prometheus'));
    expect(at(prometheus, 'scrape_configs', 0, 'static_configs', 0, 'targets')).toEqual([`sluice${page}`]);
    expect(at(prometheus, 'rule_files')).toEqual(['alerts.yaml']);
    const sources = at(read('grafana/provisioning/datasources/datasources.yaml'), 'datasources');
    for (const { url } of sources as readonly { readonly url: string }[]) {
      const { hostname, port } = new URL(url);
      expect(services[hostname]?.ports).toContain(`127.0.0.1:${port}:${port}`);
    }
    const boards = read('grafana/provisioning/dashboards/dashboards.yaml');
    const folder = String(at(boards, 'providers', 0, 'options', 'path'));
    expect(services['grafana']?.volumes).toContain(`./grafana/dashboards:${folder}:ro`);
  });

  test('publishes the port that its Sluice listens on', () => {
    const listen = String(at(sluice, 'listeners', 0, 'listen')).slice(1);
    expect(services['sluice']?.ports).toContain(`127.0.0.1:${listen}:${listen}`);
  });
});

test.each(['proxy.yaml', 'compose/sluice.yaml'])('%s is a configuration without mistakes', (file) => {
  const environment = {
    descriptorLimit: 20_000,
    platform: 'linux',
    nodeVersion: 'v22.21.1',
    cores: 4,
    linuxPlane: { usable: true, why: 'for these tests' },
    readFile: () => 'no files in these tests',
    now: 0,
    ticketKeys: null,
    variables: {},
  };
  const text = readFileSync(new URL(file, DEPLOY), 'utf8');
  expect(parseConfig(text, file, environment).warnings).toEqual([]);
});
