import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { SluiceError } from '../../src/core/errors.ts';
import { ENVIRONMENT, readCase } from './support/cases.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function errorOf(file: string): SluiceError {
  try {
    loadConfig(file, ENVIRONMENT);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a file', () => {
  it('is read, and its mistakes carry the name it was given', () => {
    expect(loadConfig(write('good.yaml', readCase('good', 'smallest.yaml'))).plan.pools).toHaveLength(1);
    const bad = write('bad.yaml', 'listeners: 5\n');
    expect(errorOf(bad).message).toMatch(new RegExp(`^${bad}:1:12: listeners: 5 is not a list`));
  });

  it('may begin with a byte order mark and end its lines as Windows does', () => {
    const text = `\ufeff${readCase('good', 'smallest.yaml').replaceAll('\n', '\r\n')}`;
    expect(loadConfig(write('windows.yaml', text), ENVIRONMENT).plan.listeners).toHaveLength(1);
  });

  it('that is not there, or is a directory, is CONFIG_UNREADABLE with the reason', () => {
    const missing = errorOf(join(folder, 'none.yaml'));
    expect([missing.code, missing.exitCode]).toEqual(['CONFIG_UNREADABLE', 2]);
    expect(missing.message).toBe(`${folder}/none.yaml: there is no such file (ENOENT)`);
    expect(errorOf(folder).message).toBe(`${folder}: this is a directory (EISDIR)`);
  });

  it('that is not UTF-8 is refused', () => {
    const file = write('latin1.yaml', Uint8Array.of(0x61, 0x3a, 0x20, 0xfc));
    expect(errorOf(file).message).toBe(`${file}:1:1: the file is not text in UTF-8`);
  });

  it('that is longer than the limit is refused unread', () => {
    const file = write('long.yaml', '#'.repeat(1024 * 1024 + 1));
    expect(errorOf(file).message).toBe(`${file}:1:1: the file is too long; expected at most 1MiB`);
  });

  it.runIf(process.platform === 'linux')('that never ends is read no further than the limit', () => {
    expect(errorOf('/dev/zero').message).toBe('/dev/zero:1:1: the file is too long; expected at most 1MiB');
  });
});
