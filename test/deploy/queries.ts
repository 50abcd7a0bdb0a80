import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const DEPLOY = new URL('../../deploy/', import.meta.url);

/** A query in PromQL and where it stands. */
export interface Query {
  readonly where: string;
  readonly text: string;
  /** The labels that its legend or its message names. */
  readonly shown: readonly string[];
}

/** Every query of the alerts and of the dashboard, with the dashboard's variables filled in. */
export function deployedQueries(): readonly Query[] {
  return [...alerts(), ...panels()];
}

function alerts(): Query[] {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly annotations: { readonly summary: string };
  }
  const file = parse(readFileSync(new URL('prometheus/alerts.yaml', DEPLOY), 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return file.groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, expr, annotations }) => ({
      where: alert,
      text: expr,
      shown: [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? ''),
    }));
}

function panels(): Query[] {
  interface Panel {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }
  const board = JSON.parse(readFileSync(new URL('grafana/dashboards/sluice.json', DEPLOY), 'utf8')) as {
    readonly panels: readonly Panel[];
  };
  return board.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({
      where: title,
      text: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
      shown: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? ''),
    })),
  );
}
