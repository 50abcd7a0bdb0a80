import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diffPlans, parseConfig } from '../src/config/index.ts';
import { EVENTS, METRICS, type MetricMeta } from '../src/telemetry/names.ts';

const ENVIRONMENT = {
  descriptorLimit: 20_000,
  platform: 'linux',
  nodeVersion: 'v20.19.0',
  cores: 4,
  linuxPlane: { usable: true, why: 'for these tests' },
  readFile: () => 'no files in these tests',
  now: 0,
  ticketKeys: null,
  variables: {},
};

/** The pages for newcomers. Pages that grow an example name files that are not there. */
const PAGES = [
  'README.md',
  'docs/README.md',
  'docs/ARCHITECTURE.md',
  'docs/CONTRIBUTING.md',
  'docs/routes.md',
  'docs/balancing.md',
  'docs/health.md',
  'docs/operating.md',
  'docs/capture.md',
  'docs/telemetry.md',
  'deploy/README.md',
];

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('names only files and folders that are there', () => {
    const named = [...text.matchAll(/`((?:src|test|machines|scripts|docs|deploy)\/[\w./-]*)`/g)].map(
      ([, path]) => path,
    );
    expect(named.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
  });

  test('names only scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('shows only configurations that work', () => {
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
    const whole = blocks.filter((block) => /^listeners:/m.test(block));
    for (const block of whole) expect(parseConfig(block, page, ENVIRONMENT).warnings).toEqual([]);
    for (const block of blocks.filter((other) => !whole.includes(other)))
      expect(parseConfig(`${SMALLEST}${block}`, page, ENVIRONMENT).warnings).toEqual([]);
  });
});

/** What a part of a configuration is put behind. */
const SMALLEST = `
listeners: [{ name: a, listen: 127.0.0.1:0, to: b }]
pools: { b: { backends: [127.0.0.1:1] } }
`;

describe('README.md', () => {
  test('has no metric and no label that telemetry does not', () => {
    const metrics = new Map(
      Object.values<MetricMeta>(METRICS).map((metric) => [onPage(metric), metric.labels]),
    );
    const rows = [...read('README.md').matchAll(/^\| `(sluice_\w+)`\s*\| ([^|]*) \|/gm)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, name = '', labels = ''] of rows)
      expect({ name, labels: labels.trim() }).toEqual({ name, labels: metrics.get(name)?.join(', ') });
  });
});

describe('docs/operating.md', () => {
  const text = read('docs/operating.md');

  test('has each event of the log in its table, and no other', () => {
    const table = text.slice(text.indexOf('## What the log says'));
    const rows = [...table.matchAll(/^\| ([^|]*) \|/gm)].map(([, events]) => events ?? '');
    const named = rows.flatMap((events) => [...events.matchAll(/`([^`]+)`/g)].map(([, event]) => event));
    expect(named.sort()).toEqual(Object.values<string>(EVENTS).sort());
  });

  test('has each key that needs a restart, and no other', () => {
    const sentence = /The keys ([^.]*(?:\.\w[^.]*)*) need a restart/.exec(text)?.[1] ?? '';
    const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, key]) => key);
    const other = `
workers: 2
plane: net
reload: watch
telemetry: { traces: { otlp: "http://127.0.0.1:1" }, metrics: { prometheus: "127.0.0.1:1" }, access_log: { to: stderr } }
admin: { listen: 127.0.0.1:0, token_env: TOKEN }
toxiproxy: {}
`;
    const [before, after] = ['', other].map(
      (rest) => parseConfig(`${SMALLEST}${rest}`, 'a', ENVIRONMENT).plan,
    );
    if (before === undefined || after?.admin == null) throw new Error('two plans were parsed');
    const workers = { ...after.workers, busyPoll: true };
    const more = { ...after, workers, admin: { ...after.admin, tls: { cert: '', key: '' } } };
    expect(named.sort()).toEqual([...diffPlans(before, more).needsRestart].sort());
  });

  test('names only metrics that there are', () => {
    const metrics = Object.values<MetricMeta>(METRICS).map(onPage);
    const named = [...text.matchAll(/`(sluice_\w+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !metrics.includes(name))).toEqual([]);
  });
});

/** A metric's name as Prometheus shows it. */
function onPage({ name, kind }: MetricMeta): string {
  return `${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}`;
}

function read(page: string): string {
  return readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');
}
