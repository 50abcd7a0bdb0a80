import { expect, test } from 'vitest';
import { METRICS, type MetricMeta } from '../../src/telemetry/names.ts';
import { deployedQueries } from './queries.ts';

/** Labels that Prometheus itself adds. */
const OF_PROMETHEUS = ['job', 'instance', 'le'];

/** What the page calls a metric and its parts, with its labels. */
const SERIES = new Map(
  Object.values<MetricMeta>(METRICS).flatMap(({ name, kind, labels }) => {
    const base = name.replaceAll('.', '_');
    const parts = { counter: ['_total'], gauge: [''], histogram: ['_bucket', '_sum', '_count'] }[kind];
    return parts.map((part) => [`${base}${part}`, labels as readonly string[]] as const);
  }),
);

test.each(deployedQueries().map((query) => [query.where, query] as const))(
  'the query "%s" asks for metrics and labels that there are',
  (_, { text, shown }) => {
    const names = [...text.matchAll(/\bsluice_\w+/g)].map(([name]) => name);
    if (!text.startsWith('up{')) expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !SERIES.has(name))).toEqual([]);
    const known = [...OF_PROMETHEUS, ...names.flatMap((name) => SERIES.get(name) ?? [])];
    const grouped = [...text.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => (list ?? '').split(/,\s*/));
    const selected = [...text.matchAll(/(\w+)\s*(?:=~|!=|=)\s*"/g)].map(([, label]) => label ?? '');
    for (const label of [...grouped, ...selected, ...shown]) expect(known).toContain(label);
  },
);
