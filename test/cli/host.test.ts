import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HOST } from '../../src/cli/host.ts';
import { tempDir } from '../support/temp.ts';

describe('the end of the process', () => {
  let exit: ReturnType<typeof vi.spyOn>;

  beforeEach(() => {
    vi.useFakeTimers();
    exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
  });
  afterEach(() => {
    vi.useRealTimers();
    exit.mockRestore();
  });

  it('is by process.exit, which ends threads too, when the time has come and not before', () => {
    HOST.endWithin(1_000, 1);
    vi.advanceTimersByTime(999);
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  });

  it('is at once where no time is given', () => {
    HOST.endWithin(0, 1);
    expect(exit.mock.calls[0]).toEqual([1]);
  });

  it('does not come where it was called off', () => {
    HOST.endWithin(1_000, 1)();
    vi.advanceTimersByTime(10_000);
    expect(exit).not.toHaveBeenCalled();
  });

  it('does not come early where the time is longer than a timer takes', () => {
    HOST.endWithin(2 ** 31 + 5, 1);
    vi.advanceTimersByTime(2 ** 31 - 2);
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(exit).toHaveBeenCalledOnce();
  });
});

describe('the stamp of a file', () => {
  it('changes with its contents, and with the file that its path leads to', async () => {
    const folder = tempDir();
    const path = join(folder, 'proxy.yaml');
    const stamps = [await HOST.stamp(path)];
    for (const version of ['one', 'two']) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'proxy.yaml'), 'same');
    }
    symlinkSync('one', join(folder, 'data'));
    symlinkSync('data/proxy.yaml', path);
    stamps.push(await HOST.stamp(path));
    symlinkSync('two', join(folder, 'data.new'));
    renameSync(join(folder, 'data.new'), join(folder, 'data'));
    stamps.push(await HOST.stamp(path));
    writeFileSync(path, 'longer than before');
    stamps.push(await HOST.stamp(path));
    expect(await HOST.stamp(path)).toBe(stamps.at(-1));
    rmSync(join(folder, 'two'), { recursive: true });
    expect(await HOST.stamp(path)).toBe('ENOENT');
    expect(stamps[0]).toBe('ENOENT');
    expect(new Set(stamps).size).toBe(stamps.length);
  });
});
