import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { demoConfig, PREFERRED_PORTS } from '../../src/cli/demo/index.ts';
import { parseConfig, readEnvironment } from '../../src/config/index.ts';

it('the configuration of the demo is right, with its log and without', () => {
  for (const accessLog of [true, false]) {
    const { plan, warnings } = parseConfig(
      demoConfig(PREFERRED_PORTS, accessLog),
      'demo.yaml',
      readEnvironment(),
    );
    expect(warnings).toEqual([]);
    expect(plan.listeners.map(({ name }) => name)).toEqual(['http', 'echo']);
    expect(plan.backends).toHaveLength(5);
    expect(plan.telemetry.accessLog.to).toBe(accessLog ? 'stdout' : 'off');
  }
});

it('the sample configuration for a service is right, and its unit waits longer than its drain', () => {
  const read = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
  const { plan } = parseConfig(read('proxy.yaml'), 'proxy.yaml', readEnvironment());
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(read('sluice.service'))?.[1]);
  expect(seconds * 1000).toBeGreaterThanOrEqual(plan.drainMs + 20_000);
});
