import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

test('with telemetry/ deleted and one line of the composition gone, everything else runs', async () => {
  const copy = tempDir();
  cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  rmSync(join(copy, 'dist/src/telemetry'), { recursive: true });
  const service = join(copy, 'dist/src/service.js');
  const lines = readFileSync(service, 'utf8').split('\n');
  const without = lines.filter((line) => !line.includes('telemetry/index'));
  expect(lines.length - without.length).toBe(1);
  writeFileSync(service, without.join('\n'));

  const echo = await serve((socket) => socket.pipe(socket));
  const [edge, admin] = [await freePort(), await freePort()];
  const config = join(copy, 'proxy.yaml');
  writeFileSync(
    config,
    `
listeners: [{ name: edge, listen: 127.0.0.1:${edge}, to: echo, stages: [{ rate_limit: { down: 100MiB/s } }] }]
pools: { echo: { backends: [127.0.0.1:${echo.port}], health: { interval: 100ms } } }
admin: { listen: 127.0.0.1:${admin} }
`,
  );
  const child = start(process.execPath, [join(copy, 'dist/src/cli/main.js'), 'run', config]);
  const url = `http://127.0.0.1:${admin}`;
  await eventually(
    async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok ?? false,
    'it to be ready',
  );

  const client = await dial({ host: '127.0.0.1', port: edge });
  const heard = hear(client);
  client.end('no one watches');
  expect(await heard).toMatchObject({ bytes: 'no one watches'.length, end: 'fin' });
  const status = (await (await fetch(`${url}/v1/status`)).json()) as {
    listeners: { bytesUp: number }[];
    pools: { backends: { health: string }[] }[];
  };
  expect(status.listeners[0]?.bytesUp).toBe('no one watches'.length);
  expect(status.pools[0]?.backends[0]?.health).toBe('healthy');
  expect(await child.stop()).toMatchObject({ code: 0 });
});
