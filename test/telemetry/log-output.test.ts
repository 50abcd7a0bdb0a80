import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LOG_WAITING_BYTES_MAX, openLogOutput } from '../../src/telemetry/log-output.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function aFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  folders.push(folder);
  return join(folder, 'log');
}

/** The descriptor of a pipe, and its other end, which nobody reads. */
function aPipe(): { fd: number; hangUp: () => void } {
  const path = aFile();
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { fd: openSync(path, constants.O_WRONLY), hangUp: () => closeSync(reader) };
}

describe('the output of the log', () => {
  it('has written every line, in order, when close resolves', async () => {
    const file = aFile();
    const output = openLogOutput(openSync(file, 'w'));
    const lines = Array.from({ length: 5000 }, (_, i) => `{"line":${i}}\n`);
    for (const line of lines) output.write(line);
    await output.close();
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
    expect(output.dropped).toBe(0);
  });

  it('counts what comes after close', async () => {
    const output = openLogOutput(openSync(aFile(), 'w'));
    await output.close();
    output.write('late\n');
    expect(output.dropped).toBe(1);
  });

  it('outlives a reader that has gone, and counts what is lost to it', async () => {
    const { fd, hangUp } = aPipe();
    hangUp();
    const output = openLogOutput(fd);
    output.write('one\n');
    await vi.waitUntil(() => {
      output.write('more\n');
      return output.dropped > 0;
    }, 5000);
    await output.close();
  });

  it('holds no more than its limit for a reader that does not read, and can be left', async () => {
    const { fd, hangUp } = aPipe();
    const output = openLogOutput(fd);
    const line = `${'x'.repeat(1023)}\n`;
    const lines = (2 * LOG_WAITING_BYTES_MAX) / line.length;
    for (let i = 0; i < lines; i++) output.write(line);
    expect(output.dropped).toBeGreaterThan(0);
    expect(output.dropped).toBeLessThanOrEqual(lines / 2 + 1);
    const closed = output.close();
    output.abandon();
    await closed;
    hangUp();
  });
});
