import { describe, expect, test } from 'vitest';
import { BusyPoll, drive, WAIT_MS_MAX } from '../../../src/plane/linux/index.ts';
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
      drive(world.plane, { needsNode: () => false, inEachTurnOfNode: () => {}, busyPoll: null });
    });
    expect(steps).toEqual([WAIT_MS_MAX, WAIT_MS_MAX, 0, 'streams', 0, WAIT_MS_MAX, WAIT_MS_MAX, WAIT_MS_MAX]);
  });

  test('that polls finds events by looking once they come in quick succession, and waits for those that do not', async () => {
    const world = new FakeWorld(1);
    const { kernel, plane } = world;
    const gapsMs = [...Array.from({ length: 10 }, () => 0.1), 5, 5];
    const found: string[] = [];
    let [at, looks] = [world.now, 0];
    await new Promise<void>((over) => {
      kernel.epollWait = (_epoll, _events, _max, timeoutMs = 0) => {
        const due = at + gapsMs[found.length]!;
        world.now = timeoutMs > 0 ? due : Math.min(due, world.now + 0.01);
        looks++;
        if (world.now < due) return 0;
        found.push(timeoutMs > 0 ? `waited for, ${looks - 1} looks before` : 'found by looking');
        [at, looks] = [due, 0];
        if (found.length === gapsMs.length) void plane.close().then(over);
        return 1;
      };
      drive(plane, { needsNode: () => false, inEachTurnOfNode: () => {}, busyPoll: new BusyPoll() });
    });
    expect(found[0]).toBe('waited for, 0 looks before');
    expect(found[9]).toBe('found by looking');
    expect(found[10]).toMatch(/^waited for, [1-9]/);
    expect(found[11]).toBe('waited for, 0 looks before');
  });
});
