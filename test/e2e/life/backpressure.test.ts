import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MIB } from '../../support/payload.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, serve } from '../../support/tcp.ts';

const SECONDS = 10;
const RSS_GROWTH_MAX = 32 * MIB;
const PIECE = Buffer.alloc(256 * 1024, 7);

test('resident memory stays where it is while a backend sends as fast as it can to a client that reads 1 MiB a second', async () => {
  const { port } = await serve((socket) => flood(socket));
  const sluice = await startSluice(forward(port));
  const client = await dial(sluice.address());
  await readSlowly(client, sluice);
});

test('resident memory stays where it is while a client sends as fast as it can to a backend that reads 1 MiB a second', async () => {
  const backend = new Promise<Socket>((resolve) => {
    void serve(resolve).then(({ port }) => start(port));
  });
  let begun: (sluice: Sluice) => void = () => {};
  const running = new Promise<Sluice>((resolve) => {
    begun = resolve;
  });
  async function start(port: number): Promise<void> {
    const sluice = await startSluice(forward(port));
    flood(await dial(sluice.address()));
    begun(sluice);
  }
  await readSlowly(await backend, await running);
});

/** Sends for as long as the socket lives. */
function flood(socket: Socket): void {
  const push = (): void => {
    while (!socket.destroyed && socket.write(PIECE));
  };
  socket.on('drain', push);
  push();
}

/** Reads 1 MiB a second in 20 steps each; the pauses are the load, not a synchronisation. */
async function readSlowly(socket: Socket, sluice: Sluice): Promise<void> {
  const before = sluice.rssBytes();
  let most = before;
  let read = 0;
  for (let step = 1; step <= SECONDS * 20; step++) {
    await pause(50);
    while (read < (step * MIB) / 20) {
      const piece = socket.read() as Buffer | null;
      if (piece === null) break;
      read += piece.length;
    }
    most = Math.max(most, sluice.rssBytes());
  }
  console.log(
    `read ${(read / MIB).toFixed(1)} MiB, resident memory grew by ${((most - before) / MIB).toFixed(1)} MiB`,
  );
  expect(read).toBeGreaterThan(SECONDS * MIB * 0.8);
  expect(most - before).toBeLessThan(RSS_GROWTH_MAX);
}

function forward(port: number): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
`;
}
