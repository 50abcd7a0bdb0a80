import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { LOOP_MS_MAX } from '../../../src/plane/linux/drive.ts';
import { needs } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, serve } from '../../support/tcp.ts';
import { callsIn, systemCallsOf } from '../../support/threads.ts';

const ROUND_TRIPS = 2_000;
/** Round trips before the count, so that what is compiled and found out once is not counted. */
const WARM_UP = 200;
const MESSAGE = Buffer.alloc(256, 'ping');
/** To wait for a message, to take it in and to pass it on. */
const CALLS_A_MESSAGE = 3;
/** What is not about bytes: mail, and what V8 asks of the system for its heap. */
const SLACK = 0.05;

describe('system calls', () => {
  needs('strace');

  test('a message of 256 bytes costs no more than three system calls in each direction', async () => {
    const { port } = await serve((socket) => socket.pipe(socket));
    const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
plane: linux
workers: 1
`);
    const client = await dial(sluice.address());
    await pingPong(client, WARM_UP);
    const start = performance.now();
    const [shard = new Map()] = await systemCallsOf(sluice.pid, () => pingPong(client, ROUND_TRIPS));
    const turnsOfNode = (performance.now() - start) / LOOP_MS_MAX;
    const messages = 2 * ROUND_TRIPS;
    const ofNode = shard.get('epoll_pwait') ?? 0;
    const perMessage = (callsIn(shard) - ofNode) / messages;
    const counts = JSON.stringify(Object.fromEntries(shard));
    console.log(
      `${perMessage.toFixed(3)} a message, ${(callsIn(shard) / messages).toFixed(3)} with Node's: ${counts}`,
    );
    expect(shard.get('sendto'), 'the busiest thread is the one that moves the bytes').toBe(messages);
    expect(perMessage).toBeLessThanOrEqual(CALLS_A_MESSAGE + SLACK);
    expect(ofNode, 'one a turn of its loop, every five milliseconds').toBeLessThanOrEqual(turnsOfNode + 20);
  });
});

/** So many messages there and back, each sent when the one before is back. */
function pingPong(client: Socket, times: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = times * MESSAGE.length;
    let back = 0;
    const end = (settle: () => void): void => {
      client.off('data', data).off('close', closed);
      settle();
    };
    const closed = (): void => end(() => reject(new Error(`closed with ${left} bytes to come`)));
    const data = (bytes: Buffer): void => {
      left -= bytes.length;
      back += bytes.length;
      if (left === 0) end(resolve);
      else if (back === MESSAGE.length) {
        back = 0;
        client.write(MESSAGE);
      }
    };
    client.on('data', data).on('close', closed);
    client.write(MESSAGE);
  });
}
