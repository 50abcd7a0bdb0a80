import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const GRAFANA = new URL('../../deploy/grafana/', import.meta.url);

interface Source {
  readonly type: string;
  readonly uid: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly datasource: Source;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly options: { readonly legend?: object; readonly tooltip?: object };
}

const board = JSON.parse(readFileSync(new URL('dashboards/sluice.json', GRAFANA), 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly datasource: Source }[] };
};

describe('the dashboard', () => {
  test('asks sources that are provisioned', () => {
    const { datasources } = parse(
      readFileSync(new URL('provisioning/datasources/datasources.yaml', GRAFANA), 'utf8'),
    ) as { readonly datasources: readonly Source[] };
    const provisioned = datasources.map(({ type, uid }) => ({ type, uid }));
    for (const { datasource } of [...board.panels, ...board.templating.list])
      expect(provisioned).toContainEqual(datasource);
  });

  test('has panels with an id of their own, none over another, on the 24 columns of Grafana', () => {
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of board.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        expect(x, title).toBeLessThan(24);
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), title).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  test('says how each panel shows its legend and tooltip, which the schema of a time series wants', () => {
    for (const { title, options } of board.panels)
      expect(options, title).toEqual({
        legend: expect.objectContaining({
          calcs: [],
          displayMode: 'list',
          placement: 'bottom',
          showLegend: true,
        }),
        tooltip: { mode: 'multi', sort: 'desc' },
      });
  });
});
