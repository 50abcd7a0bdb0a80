import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { echo, greet, greeter } from '../../support/greeter.ts';
import { needs } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';
import { type ConnectedSocket, connectedSockets } from '../../support/socket-options.ts';
import { dial, serve } from '../../support/tcp.ts';

const KIB = 1024;

function relay(port: number, more: string, pool = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off${pool} } }
plane: linux
workers: 1
${more}`;
}

/** The sockets of both sides of a relayed connection. */
async function bothSides(more: string): Promise<{ client: ConnectedSocket; backend: ConnectedSocket }> {
  const { port } = await greeter('a');
  const sluice = await startSluice(relay(port, more));
  const { socket } = await greet(sluice.address());
  const sockets = await connectedSockets(sluice.pid);
  const client = sockets.find(
    ({ local, remote }) => local === sluice.address().port && remote === socket.localPort,
  );
  const backend = sockets.find(({ remote }) => remote === port);
  if (client === undefined || backend === undefined)
    throw new Error(`not both among ${JSON.stringify(sockets)}`);
  return { client, backend };
}

describe('options of sockets', () => {
  needs('python3');

  test('receive_buffer, send_buffer, user_timeout, not_sent_lowat, keepalive and no_delay are on both sockets of a connection', async () => {
    const options =
      'receive_buffer: 20KiB, send_buffer: 40KiB, user_timeout: 12s, not_sent_lowat: 8KiB, keepalive: 34s, no_delay: true';
    const { client, backend } = await bothSides(`socket: { ${options} }`);
    for (const side of [client, backend]) {
      expect(side).toMatchObject({
        rcvbuf: 2 * 20 * KIB,
        sndbuf: 2 * 40 * KIB,
        user_timeout: 12_000,
        notsent_lowat: 8 * KIB,
        keepalive: 1,
        keepidle: 34,
        nodelay: 1,
      });
    }
  });

  test('with no_delay false and keepalive never, both are off on both sockets', async () => {
    const { client, backend } = await bothSides('socket: { no_delay: false, keepalive: never }');
    for (const side of [client, backend]) expect(side).toMatchObject({ keepalive: 0, nodelay: 0 });
  });

  test('with nothing configured the system decides on buffers and on the time of unacknowledged bytes', async () => {
    const { client, backend } = await bothSides('');
    for (const side of [client, backend]) {
      expect(side).toMatchObject({ user_timeout: 0, keepalive: 1, keepidle: 60, nodelay: 1 });
      expect(side.rcvbuf).toBeGreaterThan(2 * 40 * KIB);
    }
  });
});

test('a pool with connect.source reaches its backends from that address', async () => {
  const from = new Promise<Socket>((resolve) => {
    void serve(resolve).then(({ port }) => begin(port));
  });
  let began: (client: Socket) => void = () => {};
  const client = new Promise<Socket>((resolve) => {
    began = resolve;
  });
  async function begin(port: number): Promise<void> {
    const sluice = await startSluice(relay(port, '', ', connect: { source: 127.0.0.2 }'));
    began(await dial(sluice.address()));
  }
  const backend = await from;
  expect(backend.remoteAddress).toBe('127.0.0.2');
  backend.pipe(backend);
  expect(await echo(await client, 'by another way')).toBe('by another way');
});
