import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { cutHungThread, INTERRUPT_MS_MAX } from '../../src/control/cut-hung.ts';
import { CUT_FUNCTION } from '../../src/shard-serve.ts';

/** A thread that hangs in a loop, and counts how often it is cut. */
const HANGS = `
const { parentPort, workerData } = require('node:worker_threads');
globalThis[Symbol.for('${CUT_FUNCTION}')] = () => Atomics.add(workerData, 0, 1);
setImmediate(() => {
  parentPort.postMessage('hangs now');
  for (;;);
});`;

async function hung() {
  const words = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(HANGS, { eval: true, workerData: words });
  await new Promise((resolve) => worker.once('message', resolve));
  return { words, worker };
}

describe('a thread that hangs', () => {
  test('runs its cut function once, and can be ended afterwards', async () => {
    const { words, worker } = await hung();
    await cutHungThread(worker.threadId, INTERRUPT_MS_MAX * 20);
    expect(Atomics.load(words, 0)).toBe(1);
    await worker.terminate();
  });

  test.each([1, 2, 5, 10, 20, 40])(
    'can be ended also where nobody waits longer than %d ms for it',
    async (ms) => {
      for (let round = 0; round < 3; round++) {
        const { worker } = await hung();
        await cutHungThread(worker.threadId, ms);
        await worker.terminate();
        expect(worker.threadId).toBe(-1);
      }
    },
  );

  test('that is gone already is no error', async () => {
    const { worker } = await hung();
    const { threadId } = worker;
    await worker.terminate();
    await cutHungThread(threadId, 20);
  });
});
