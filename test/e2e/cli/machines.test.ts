import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CHART_NAMES, CHARTS, chartJson, chartMermaid } from '../../../src/admin/index.ts';
import { launchSluice } from '../../support/sluice.ts';

async function machines(...args: string[]): Promise<string> {
  const child = launchSluice(['machines', ...args]);
  expect(await child.ended).toEqual({ code: 0, signal: null });
  return child.stdout.toString();
}

test('machines prints all charts as one JSON object by name', async () => {
  const all = JSON.parse(await machines()) as Record<string, unknown>;
  expect(all).toEqual(
    Object.fromEntries(CHART_NAMES.map((name) => [name, JSON.parse(chartJson(CHARTS[name]))])),
  );
});

test('machines prints one chart as JSON or Mermaid, byte for byte what the library makes', async () => {
  expect(await machines('--machine', 'connection')).toBe(chartJson(CHARTS.connection));
  expect(await machines('--machine', 'balancer', '--format', 'mermaid')).toBe(chartMermaid(CHARTS.balancer));
});

test('a reader that goes away is no crash', async () => {
  const main = fileURLToPath(new URL('../../../dist/bundle/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'machines'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let errors = '';
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(errors).toBe('');
});
