import { describe, expect, test } from 'vitest';
import { parseConfig, proxy, startService } from '../../../src/index.ts';
import { later } from '../../support/cleanup.ts';
import { dial, hear, serve } from '../../support/tcp.ts';

/** An address as the service tells it, taken apart. */
function hostPort(address: string | undefined) {
  const [host = '', port = ''] = (address ?? '').split(':');
  return { host, port: Number(port) };
}

const QUIET = 'telemetry: { access_log: { to: "off" } }';

describe('as a library', () => {
  test('proxy() relays in this process until it is drained', async () => {
    const echo = await serve((socket) => socket.pipe(socket));
    const running = await proxy('127.0.0.1:0', [`127.0.0.1:${echo.port}`]);
    const client = await dial(hostPort(Object.values(running.listeners)[0]));
    const heard = hear(client);
    client.end('embedded');
    expect(await heard).toMatchObject({ bytes: 8, end: 'fin' });
    expect(await running.drain(null)).toEqual({ cut: 0 });
    expect(running.status().phase).toBe('stopped');
  });

  test('a cut that is asked for before the drain has begun to wait is not forgotten', async () => {
    const echo = await serve((socket) => socket.pipe(socket));
    const { plan } = parseConfig(
      `{ listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }], pools: { echo: { backends: [127.0.0.1:${echo.port}] } }, timeouts: { drain: 1h }, ${QUIET} }`,
      'test.yaml',
    );
    const service = await startService(plan);
    later(() => service.drain(null).then(() => {}));
    const client = await dial(hostPort(service.listeners['edge']));
    const heard = hear(client);
    client.write('x');
    await new Promise((resolve) => client.once('data', resolve));
    const drained = service.drain(null);
    service.cut();
    expect(await drained).toEqual({ cut: 1 });
    expect(await heard).toMatchObject({ end: 'ECONNRESET' });
  });

  test('a start that fails leaves nothing running: the address is free again', async () => {
    const taken = await serve(() => {});
    const config = (second: string) =>
      `{ listeners: [{ name: a, listen: 127.0.0.1:0, to: p }, { name: b, listen: "${second}", to: p }], pools: { p: { backends: [127.0.0.1:9] } }, ${QUIET} }`;
    const { plan } = parseConfig(config(`127.0.0.1:${taken.port}`), 'test.yaml');
    await expect(startService(plan)).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    const again = await startService(parseConfig(config('127.0.0.1:0'), 'test.yaml').plan);
    await again.drain(null);
  });
});
