import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { later } from '../../support/cleanup.ts';
import { greet } from '../../support/greeter.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';

/** Three ports in a row that nobody has now. */
async function freeRange(): Promise<{ first: number; last: number }> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const servers = await Promise.all([0, 1, 2].map((more) => bindOrNull(first + more)));
    await Promise.all(
      servers.map((server) => new Promise((done) => (server === null ? done(0) : server.close(done)))),
    );
    if (!servers.includes(null)) return { first, last: first + 2 };
  }
}

function bindOrNull(port: number): Promise<ReturnType<typeof createServer> | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

test.each([0, 1])(
  'local ports are those of the range, and where all are taken that is told, with %i workers',
  async (workers) => {
    const from: number[] = [];
    const backend = await serve((socket) => {
      from.push(socket.remotePort ?? 0);
      socket.resume().on('end', () => socket.end());
      socket.write('a');
    });
    const { first, last } = await freeRange();
    const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web:
    backends: [127.0.0.1:${backend.port}]
    connect: { retries: 0, source: { address: 127.0.0.1, ports: ${first}-${last} } }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
workers: ${workers}
`);
    const clients = [];
    for (let i = 0; i < 3; i++) clients.push(await greet(sluice.address()));
    for (const { socket } of clients) later(() => void socket.destroy());
    expect(from.toSorted((a, b) => a - b)).toEqual([first, first + 1, last]);
    expect((await hear(await dial(sluice.address()))).end).toBe('ECONNRESET');
    expect(await sluice.waitForEvent('ports.exhausted')).toMatchObject({ listener: 'edge', count: 1 });
    expect(await sluice.waitForClosed(1)).toMatchObject([{ reason: 'out-of-ports' }]);
    const metrics = await sluice.scrape();
    expect(metrics.sum('sluice_limit_rejections_total', { listener: 'edge', limit: 'ports' })).toBe(1);
  },
);
