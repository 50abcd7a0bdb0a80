import { describe, expect, test } from 'vitest';
import { drive, WAIT_MS_MAX } from '../../../src/plane/linux/index.ts';
import { FakeWorld } from './fake-world.ts';

describe('a thread driven by its plane', () => {
  test('waits in epoll, but for a few turns after somebody has begun something in streams of Node', async () => {
    const world = new FakeWorld(1);
    const steps: (string | number)[] = [];
    await new Promise<void>((over) => {
      const wait = world.kernel.epollWait.bind(world.kernel);
      world.kernel.epollWait = (epoll, events, max, timeoutMs) => {
        steps.push(timeoutMs as number);
        if (steps.length === 2) {
          world.plane.letNodeTurn();
          setImmediate(() => {
            process.nextTick(() => steps.push('streams'));
          });
        }
        if (steps.length < 8) return wait(epoll, events, max, timeoutMs);
        void world.plane.close().then(over);
        return 0;
      };
      drive(world.plane, { needsNode: () => false, inEachTurnOfNode: () => {} });
    });
    expect(steps).toEqual([WAIT_MS_MAX, WAIT_MS_MAX, 0, 'streams', 0, WAIT_MS_MAX, WAIT_MS_MAX, WAIT_MS_MAX]);
  });
});
