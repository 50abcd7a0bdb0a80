import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

/** Clients that wait for the one place at the backend. */
const QUEUED = 500;
/** Every so manieth of them leaves. */
const LEAVER = 5;

function config(port: number, queue: string, more = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only, sniff: { timeout: 50ms } }]
pools:
  only: { backends: [{ address: 127.0.0.1:${port}, max_connections: 1 }], ${queue} }
admin: { listen: 127.0.0.1:0 }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
workers: 1
${more}`;
}

/** A backend that notes the number that each client tells; it keeps the connection until `serve`, and from then on none. */
async function backend() {
  const order: number[] = [];
  const open = new Set<Socket>();
  let keeps = true;
  const { port } = await serve((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.once('data', (data) => {
      order.push(Number(data.toString()));
      if (!keeps) socket.resetAndDestroy();
    });
  });
  const serveAll = (): void => {
    keeps = false;
    for (const socket of open) socket.resetAndDestroy();
  };
  return { port, order, serveAll };
}

async function waitingIn(sluice: Sluice): Promise<number> {
  const status = (await (await fetch(`${sluice.admin}/v1/status`)).json()) as {
    pools: { waiting: number }[];
  };
  return status.pools[0]?.waiting ?? -1;
}

/** A client that has told its number; the order of arrival is that of the numbers. */
async function arrive(sluice: Sluice, client: number): Promise<Socket> {
  const socket = await dial(sluice.address());
  await write(socket, Buffer.from(`${client}\n`));
  return socket;
}

test(`${QUEUED} that wait are served in order, but for those that leave, which hold nobody up, and nothing is left`, async () => {
  const peer = await backend();
  const sluice = await startSluice(config(peer.port, 'queue: { max: 1000, timeout: 2m }'));
  const clients: Socket[] = [];
  for (let client = 0; client <= QUEUED; client++) clients.push(await arrive(sluice, client));
  await eventually(async () => (await waitingIn(sluice)) === QUEUED, 'all to wait');
  expect((await sluice.scrape()).sum('sluice_pool_queue_length')).toBe(QUEUED);
  expect(peer.order).toEqual([0]);

  const leaves = (client: number): boolean => client > 0 && client % LEAVER === 0;
  for (const [client, socket] of clients.entries()) if (leaves(client)) socket.resetAndDestroy();
  const stay = clients.flatMap((_, client) => (leaves(client) ? [] : [client]));
  await eventually(async () => (await waitingIn(sluice)) === stay.length - 1, 'those that left to be gone');

  peer.serveAll();
  await eventually(() => peer.order.length >= stay.length, 'all that stayed to be served');
  expect(peer.order).toEqual(stay);

  const lines = await sluice.waitForClosed(clients.length);
  expect(lines.filter((line) => line['queue_ms'] !== undefined)).toHaveLength(QUEUED);
  const left = lines.filter(({ reason, during }) => reason === 'client-reset' && during === 'dialing');
  expect(left).toHaveLength(QUEUED / LEAVER);
  const metrics = await sluice.scrape();
  const sums = ['sluice_connections', 'sluice_pool_queue_length', 'sluice_backend_connections'];
  expect(sums.map((name) => metrics.sum(name))).toEqual([0, 0, 0]);
  expect(metrics.sum('sluice_pool_queue_duration_count')).toBe(QUEUED);
}, 60_000);

test('who has waited too long, and who finds the queue full, is told by FIN under on_full: close', async () => {
  const peer = await backend();
  const sluice = await startSluice(config(peer.port, 'queue: { max: 20, timeout: 4s }, on_full: close'));
  const first = await arrive(sluice, 0);
  await eventually(() => peer.order.length === 1, 'the place to be taken');
  const others = await Promise.all(Array.from({ length: 25 }, (_, at) => arrive(sluice, at + 1)));
  const ends = await Promise.all(others.map(async (socket) => (await hear(socket)).end));
  expect(ends).toEqual(Array.from({ length: 25 }, () => 'fin'));
  for (const socket of others) socket.end();
  const lines = await sluice.waitForClosed(25);
  const count = (reason: string): number => lines.filter((line) => line.reason === reason).length;
  expect([count('queue-timeout'), count('limit')]).toEqual([20, 5]);
  expect((await sluice.scrape()).sum('sluice_pool_queue_full_total')).toBe(5);
  expect([peer.order, first.destroyed]).toEqual([[0], false]);
}, 30_000);

test('a client comes back to its backend on every shard, also after a reload', async () => {
  const said: string[] = [];
  const serving = async (name: string): Promise<number> =>
    (await serve((socket) => void socket.end(name))).port;
  const ports = [await serving('a'), await serving('b'), await serving('c')];
  const text = (more: string): string => `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web: { backends: [${ports.map((port) => `127.0.0.1:${port}`).join(', ')}], sticky: {}, ${more} }
admin: { listen: 127.0.0.1:0 }
workers: 2
`;
  const sluice = await startSluice(text(''), { node: sharingNode() });
  const ask = async (): Promise<string> => {
    const socket = await dial(sluice.address());
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    await once(socket, 'end');
    socket.end();
    return answer;
  };
  for (let n = 0; n < 6; n++) said.push(await ask());
  const put = await fetch(`${sluice.admin}/v1/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/yaml' },
    body: text('connect: { retries: 1 }'),
  });
  expect(put.status).toBe(200);
  for (let n = 0; n < 6; n++) said.push(await ask());
  expect(new Set(said).size).toBe(1);
}, 30_000);
