import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { connectedSockets } from '../../support/socket-options.ts';
import { dial, serve, write } from '../../support/tcp.ts';

/** A Sluice in front of a backend, whose sockets come to `took`. */
async function relay(): Promise<{ sluice: Sluice; port: number; took: Promise<Socket> }> {
  let take: (socket: Socket) => void = () => {};
  const took = new Promise<Socket>((resolve) => {
    take = resolve;
  });
  const { port } = await serve((socket) => take(socket));
  const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
plane: linux
workers: 1`);
  return { sluice, port, took };
}

/** Segments that the backend has got, the SYN among them. */
async function segments(port: number): Promise<{ segs_in: number; data_segs_in: number }[]> {
  const sockets = await connectedSockets(process.pid);
  return sockets
    .filter(({ local }) => local === port)
    .map(({ segs_in, data_segs_in }) => ({ segs_in, data_segs_in }));
}

describe('the handshake with a backend', () => {
  needs('python3');

  test('of a client that has spoken by then is ended by its first bytes, without a segment of its own', async () => {
    const { sluice, port, took } = await relay();
    sluice.signal('SIGSTOP');
    const client = await dial(sluice.address());
    await write(client, Buffer.from('hello'));
    sluice.signal('SIGCONT');
    const backend = await took;
    expect(String((await once(backend, 'data'))[0])).toBe('hello');
    expect(await segments(port)).toEqual([{ segs_in: 2, data_segs_in: 1 }]);
    backend.destroy();
  });

  test('of a client that waits for the backend to speak is ended at once', async () => {
    const { sluice, port, took } = await relay();
    const client = await dial(sluice.address());
    const backend = await took;
    expect(await segments(port)).toEqual([{ segs_in: 2, data_segs_in: 0 }]);
    backend.write('220 ready');
    expect(String((await once(client, 'data'))[0])).toBe('220 ready');
    backend.destroy();
  });
});
