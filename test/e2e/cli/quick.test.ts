import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { later } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { greeter, greetings } from '../../support/greeter.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { launchSluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';

test('sluice LISTEN BACKEND relays without a file', async () => {
  const { port } = await serve((socket) => socket.pipe(socket));
  const sluice = await startSluice(['127.0.0.1:0', `127.0.0.1:${port}`]);
  const client = await dial(sluice.address());
  const heard = hear(client);
  client.end('hello');
  expect(await heard).toMatchObject({ bytes: 5, end: 'fin' });
  expect(await sluice.waitForClosed(1)).toMatchObject([{ listener: 'proxy', pool: 'backends', bytes_up: 5 }]);
});

test('sluice LISTEN BACKEND --workers 2 relays on two threads', async () => {
  const { port } = await greeter('a');
  const args = ['127.0.0.1:0', `127.0.0.1:${port}`, '--workers', '2', '--admin', '127.0.0.1:0'];
  const sluice = await startSluice(args, { node: sharingNode() });
  const shards = new Set<string>();
  let served = 0;
  await eventually(async () => {
    served += (await greetings(sluice.address(), 4)).length;
    for (const { connection } of await sluice.waitForClosed(served)) shards.add(connection.slice(0, 2));
    return shards.size === 2;
  }, 'both shards to have served somebody');
  expect([...shards].sort()).toEqual(['00', '01']);
  expect(await (await fetch(`${sluice.admin}/v1/status`)).json()).toMatchObject({
    shards: [{ number: 0 }, { number: 1 }],
  });
});

test('its flags do what they say: several backends, a tee, the admin and the metrics address', async () => {
  const folder = tempDir();
  const backends = await Promise.all(['a', 'b'].map((name) => serve((socket) => socket.end(name))));
  const sluice = await startSluice([
    ...['127.0.0.1:0', ...backends.map(({ port }) => `127.0.0.1:${port}`)],
    ...['--tee', join(folder, '{connection}.{direction}'), '--balance', 'round_robin', '--idle', '1m'],
    ...['--admin', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--connect-timeout', '1s'],
    // Each worker would take turns by itself.
    ...['--rate-limit-down', '1MiB/s', '--rate-limit-up', '1MiB/s', '--workers', '1'],
  ]);
  for (let i = 0; i < 4; i++) {
    const client = await dial(sluice.address());
    const heard = hear(client);
    client.end('x');
    await heard;
  }
  const closed = await sluice.waitForClosed(4);
  expect(new Set(closed.map(({ backend }) => backend)).size).toBe(2);
  const urls = sluice.ready['urls'] as Record<string, string>;
  expect(await (await fetch(`${urls['admin']}/readyz`)).text()).toBe('ready\n');
  expect(await (await fetch(urls['metrics'] ?? '')).text()).toContain('sluice_connections');
  await sluice.stop();
  const down = readdirSync(folder).filter((name) => name.endsWith('.down'));
  expect(down.map((name) => readFileSync(join(folder, name), 'utf8')).sort()).toEqual(['a', 'a', 'b', 'b']);
});

test('mistakes in its arguments are told by argument, with exit code 2', async () => {
  const child = launchSluice(['127.0.0.1:0', 'nowhere', '--idle', 'soon']);
  expect(await child.ended).toMatchObject({ code: 2 });
  expect(child.stderr.toString()).toMatch(/^--idle: .*"soon"/m);
  expect(child.stderr.toString()).toMatch(/^BACKEND.*: "nowhere"/m);
  expect(child.stdout.toString()).toBe('');
});

test.each([
  ['listen', ['127.0.0.1:PORT', '127.0.0.1:9'], 'free the address'],
  ['admin', ['127.0.0.1:0', '127.0.0.1:9', '--admin', '127.0.0.1:PORT'], 'free the admin address'],
  ['metrics', ['127.0.0.1:0', '127.0.0.1:9', '--metrics', '127.0.0.1:PORT'], 'free the metrics address'],
])(
  'an address that is taken (%s) is told in one line with a hint, and the process ends with 1',
  async (_, args, hint) => {
    const holder = createServer();
    await new Promise<void>((resolve) => void holder.listen(0, '127.0.0.1', resolve));
    later(() => void holder.close());
    const bound = holder.address();
    const port = typeof bound === 'object' ? bound?.port : undefined;
    const child = launchSluice(args.map((arg) => arg.replace('PORT', String(port))));
    expect(await child.ended).toEqual({ code: 1, signal: null });
    const [first = '', second = '', ...rest] = child.stderr.toString().split('\n');
    expect(first).toMatch(new RegExp(`^sluice: .*127\\.0\\.0\\.1:${port}.*EADDRINUSE`));
    expect(second).toContain(`hint: ${hint}`);
    expect(rest).toEqual(['']);
  },
);

test('a Unix socket can be listened on and is gone afterwards', async () => {
  const path = join(tempDir(), 'x.sock');
  const { port } = await serve((socket) => socket.end('hi'));
  const sluice = await startSluice([`unix:${path}`, `127.0.0.1:${port}`]);
  expect(existsSync(path)).toBe(true);
  await sluice.stop();
  expect(existsSync(path)).toBe(false);
});
