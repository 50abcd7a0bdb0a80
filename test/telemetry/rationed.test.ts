import { describe, expect, it } from 'vitest';
import { RENDER_SHARE_MAX, rationed } from '../../src/telemetry/rationed.ts';

/** A clock that moves only when it is slept on or told to. */
function aClock() {
  let time = 0;
  const slept: number[] = [];
  return {
    slept,
    pass: (ms: number): void => {
      time += ms;
    },
    now: () => time,
    sleep: async (ms: number): Promise<void> => {
      slept.push(ms);
      time += ms;
    },
  };
}

describe('a rationed page', () => {
  it('is rendered at once and anew where calls are far apart', async () => {
    const clock = aClock();
    let pages = 0;
    const page = rationed(async () => {
      clock.pass(20);
      return `page ${++pages}`;
    }, clock);
    expect(await page()).toBe('page 1');
    clock.pass(1000);
    expect(await page()).toBe('page 2');
    expect(clock.slept).toEqual([]);
  });

  it('waits after a render so that rendering keeps to its share', async () => {
    const clock = aClock();
    const page = rationed(async () => {
      clock.pass(20);
      return 'page';
    }, clock);
    for (let i = 0; i < 10; i++) await page();
    expect(clock.now()).toBeCloseTo((10 * 20) / RENDER_SHARE_MAX - 20 * (1 / RENDER_SHARE_MAX - 1));
  });

  it('is one page for all who call before it is rendered', async () => {
    const clock = aClock();
    let pages = 0;
    const page = rationed(async () => `page ${++pages}`, clock);
    expect(await Promise.all([page(), page(), page()])).toEqual(['page 1', 'page 1', 'page 1']);
  });

  it('is never older than the call: who calls during a render gets the next', async () => {
    const clock = aClock();
    let value = 0;
    let finish: () => void = () => {};
    const page = rationed(async () => {
      const seen = value;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return `saw ${seen}`;
    }, clock);
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
    };
    const first = page();
    await settled();
    value = 1;
    const second = page();
    finish();
    expect(await first).toBe('saw 0');
    await settled();
    finish();
    expect(await second).toBe('saw 1');
  });

  it('is rendered again after a failure', async () => {
    let fails = true;
    const page = rationed(async () => {
      if (fails) throw new Error('no');
      return 'page';
    }, aClock());
    await expect(page()).rejects.toThrow('no');
    fails = false;
    expect(await page()).toBe('page');
  });
});
