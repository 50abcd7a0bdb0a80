import { METRICS, type MetricMeta } from '../../src/telemetry/names.ts';
import { table } from './markdown.ts';

const BEGIN = '<!-- metrics -->';
const END = '<!-- /metrics -->';

/** A page with its table of metrics, which stands between two comments, made anew. */
export function withMetricsTable(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  return `${before}${BEGIN}\n\n${metricsTable()}\n\n${END}${after}`;
}

function metricsTable(): string {
  const rows = Object.values<MetricMeta>(METRICS).map(({ name, kind, labels, unit, description }) => [
    `\`${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}\``,
    kind,
    unit === '1' ? '' : unit.replaceAll(/[{}]/g, ''),
    labels.join(', '),
    description,
  ]);
  return table(['Metric', 'Kind', 'Unit', 'Labels', 'Meaning'], rows);
}
