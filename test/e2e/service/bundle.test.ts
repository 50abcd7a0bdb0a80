import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../../support/process.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BUNDLE = join(ROOT, 'dist/bundle');

test('the bundled program relays and exports with no package beside it', async () => {
  const copy = tempDir();
  cpSync(BUNDLE, join(copy, 'dist/bundle'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
  const main = join(copy, 'dist/bundle/main.js');
  const echo = await serve((socket) => socket.pipe(socket));
  const sluice = await startSluice(
    `
workers: 1
plane: net
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${echo.port}] } }
admin: { listen: 127.0.0.1:0 }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
`,
    { main },
  );

  const client = await dial(sluice.address('edge'));
  const heard = hear(client);
  client.end('all in one folder');
  expect(await heard).toMatchObject({ bytes: 'all in one folder'.length, end: 'fin' });
  await sluice.waitForClosed(1);
  expect(await (await fetch(`${sluice.metrics}`)).text()).toContain('sluice_half_closed_duration_count');
  expect(await (await fetch(`${sluice.admin}/readyz`)).text()).toContain('ready');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect((await run(process.execPath, [main, '--version'])).output).toContain(version);
});

test('the licences beside the bundle name every package whose code is in it or in the page', () => {
  const sources = [BUNDLE, join(ROOT, 'dist/dashboard')].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.js.map'))
      .flatMap(
        (file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { sources: string[] }).sources,
      ),
  );
  const packages = new Set(
    sources.flatMap((source) => /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []),
  );
  const lines = readFileSync(join(BUNDLE, 'THIRD-PARTY-LICENSES.txt'), 'utf8').split('\n');
  const named = lines.flatMap((line) => /^(\S+) \d+\.\d+\.\d+\S* \(.+\)$/.exec(line)?.[1] ?? []);
  expect(packages.size).toBeGreaterThan(10);
  expect([...packages].sort()).toEqual([...new Set(named)].sort());
});
