import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { deployedQueries } from '../../deploy/queries.ts';
import { needs, program } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';

const PROMETHEUS = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));

function promtool(args: readonly string[], input = ''): string {
  const ran = spawnSync(program('promtool'), args, { cwd: PROMETHEUS, input, encoding: 'utf8' });
  return ran.status === 0 ? '' : `${ran.status}: ${ran.stdout}${ran.stderr}`;
}

describe('promtool', () => {
  needs('promtool');

  test('finds nothing to say against the metrics page, with traffic and a failed dial on it', async () => {
    const { port } = await serve((socket) => socket.pipe(socket));
    const sluice = await startSluice(`
listeners:
  - { name: edge, listen: 127.0.0.1:0, to: echo }
  - { name: none, listen: 127.0.0.1:0, routes: [{ match: { protocol: ssh }, to: echo }] }
pools: { echo: { backends: [127.0.0.1:${port}] } }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
`);
    for (const name of ['edge', 'none']) {
      const client = await dial(sluice.address(name));
      const heard = hear(client);
      client.end('hello');
      await heard;
    }
    await sluice.waitForClosed(2);
    const page = await fetch(sluice.metrics ?? '');
    expect(promtool(['check', 'metrics'], await page.text())).toBe('');
  });

  test('takes the alerts, each of which fires for what it is about and not in health', () => {
    expect(promtool(['check', 'rules', 'alerts.yaml'])).toBe('');
    expect(promtool(['test', 'rules', 'alerts.test.yaml'])).toBe('');
    expect(promtool(['check', 'config', 'prometheus.yaml'])).toBe('');
  });

  test('takes every query of the dashboard', () => {
    const rules = deployedQueries().map(({ text }, i) => ({ record: `query:${i}`, expr: text }));
    const file = join(tempDir(), 'queries.yaml');
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    expect(promtool(['check', 'rules', file])).toBe('');
  });
});
