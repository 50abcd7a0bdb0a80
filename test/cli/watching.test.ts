import { beforeEach, describe, expect, it } from 'vitest';
import { WATCH_MS, type WatchHost, watchFiles } from '../../src/cli/watching.ts';

/** A system whose one file the test writes, and whose time passes one interval at a time. */
class FakeSystem implements WatchHost {
  readonly asked: string[] = [];
  file = 'first';
  /** Of every file that is no configuration. */
  key = 'first';
  #run: (() => void) | null = null;
  #answer: ((stamp: string) => void) | null = null;
  /** Set: looking at the file takes until `answer` is called. */
  isSlow = false;
  stamp(file: string): Promise<string> {
    this.asked.push(file);
    if (!this.isSlow) return Promise.resolve(file.endsWith('.yaml') ? this.file : this.key);
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }
  after(delayMs: number, run: () => void): () => void {
    expect(delayMs).toBe(WATCH_MS);
    expect(this.#run, 'one wait at a time').toBeNull();
    this.#run = run;
    return () => {
      this.#run = null;
    };
  }
  get isWaiting(): boolean {
    return this.#run !== null;
  }
  async answer(stamp: string): Promise<void> {
    this.#answer?.(stamp);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  async pass(intervals = 1): Promise<void> {
    for (let i = 0; i < intervals; i++) {
      const run = this.#run;
      this.#run = null;
      run?.();
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }
}

let system: FakeSystem;
let changes: number;
let names: readonly string[];

function watch(): () => void {
  return watchFiles(
    () => names,
    system,
    () => {
      changes++;
    },
  );
}

/** A watch that has got over its first look. */
async function watchSteadily(): Promise<() => void> {
  const end = watch();
  await system.pass(5);
  expect(changes).toBe(1);
  changes = 0;
  return end;
}

beforeEach(() => {
  system = new FakeSystem();
  changes = 0;
  names = ['/etc/proxy.yaml'];
});

describe('a watched file', () => {
  it('counts as changed at first, since it may have been while the service started', async () => {
    watch();
    await system.pass();
    expect(changes).toBe(0);
    await system.pass();
    expect(changes).toBe(1);
    expect(new Set(system.asked)).toEqual(new Set(['/etc/proxy.yaml']));
  });

  it('that stays as it is tells nothing', async () => {
    await watchSteadily();
    await system.pass(10);
    expect(changes).toBe(0);
  });

  it('that changes is told once, when it has been the same for one interval', async () => {
    await watchSteadily();
    system.file = 'second';
    await system.pass();
    expect(changes).toBe(0);
    await system.pass();
    expect(changes).toBe(1);
    await system.pass(5);
    expect(changes).toBe(1);
  });

  it('that is being written is not told before it is complete', async () => {
    await watchSteadily();
    for (const piece of ['a', 'ab', 'abc']) {
      system.file = piece;
      await system.pass();
    }
    expect(changes).toBe(0);
    await system.pass();
    expect(changes).toBe(1);
  });

  it('that is taken away and put back within an interval is told as one change', async () => {
    await watchSteadily();
    system.file = 'ENOENT';
    await system.pass();
    system.file = 'second';
    await system.pass(3);
    expect(changes).toBe(1);
  });

  it('that is gone for longer is told twice: when it goes and when it is back', async () => {
    await watchSteadily();
    system.file = 'ENOENT';
    await system.pass(5);
    expect(changes).toBe(1);
    system.file = 'first';
    await system.pass(5);
    expect(changes).toBe(2);
  });

  it('is not looked at again before the last look is over', async () => {
    system.isSlow = true;
    watch();
    await system.pass();
    expect(system.isWaiting).toBe(false);
    await system.answer('first');
    expect(system.isWaiting).toBe(true);
  });

  it('is left alone when the watch has ended, also within a look', async () => {
    const end = await watchSteadily();
    system.file = 'second';
    await system.pass();
    system.isSlow = true;
    await system.pass();
    end();
    await system.answer('second');
    expect(changes).toBe(0);
    expect(system.isWaiting).toBe(false);
  });

  it('whose watch ends between two looks is not waited for', async () => {
    const end = await watchSteadily();
    end();
    expect(system.isWaiting).toBe(false);
  });
});

describe('several watched files', () => {
  it('are told once, when all of them have been the same for one interval', async () => {
    names = ['/etc/proxy.yaml', '/etc/a.key'];
    await watchSteadily();
    system.file = 'second';
    await system.pass();
    system.key = 'second';
    await system.pass();
    expect(changes).toBe(0);
    await system.pass(5);
    expect(changes).toBe(1);
  });

  it('that become none or others are asked for anew with each look', async () => {
    await watchSteadily();
    names = [];
    system.file = 'second';
    await system.pass(5);
    expect(changes).toBe(0);
    names = ['/etc/a.key'];
    await system.pass(5);
    expect(changes).toBe(1);
    system.key = 'second';
    await system.pass(5);
    expect(changes).toBe(2);
  });

  it('that are none from the beginning are no change', async () => {
    names = [];
    watch();
    await system.pass(5);
    expect(changes).toBe(0);
  });
});
