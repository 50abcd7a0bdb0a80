import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Observable, type Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import {
  type FileSinkOptions,
  fileSink,
  flushTees,
  TEE_BUFFER_BYTES_MAX,
  tee,
} from '../../src/stream/index.ts';
import { TEE_NAMES_MAX } from '../../src/stream/tee-file.ts';
import { TEES_BUFFER_BYTES_MAX } from '../../src/stream/tee-registry.ts';
import { tempDir } from '../support/temp.ts';
import { countingBytes } from './chunks.ts';
import { stageContract } from './contract.ts';
import { gatedOpen, shortWrites } from './slow-files.ts';
import { freshPaths } from './tee-directory.ts';

const FLUSH_MS = 10_000;
const MIB = 1024 * 1024;

const freshPath = freshPaths();
stageContract('tee into a file', () => {
  const failed = (message: string) => expect.fail(message);
  return tee({ sink: fileSink({ path: freshPath(), failed }), failed });
});

describe('a tee’s file', () => {
  it('equals the bytes that passed, by SHA-256, in chunks of all sizes, borrowed and not', async () => {
    const { path, output, failures } = teeInto({ path: join(tempDir(), 'copy') });
    const hash = createHash('sha256');
    const shared = new Uint8Array(70_000);
    let total = 0;
    for (let turn = 0; turn < 300; turn++) {
      const length = 1 + ((turn * 7919) % 70_000);
      shared.set(countingBytes(total, length));
      hash.update(shared.subarray(0, length));
      output.next({ bytes: shared.subarray(0, length), at: 0, borrowed: true });
      shared.fill(0xee);
      total += length;
      if (turn % 50 === 0) await flushTees(FLUSH_MS);
    }
    output.complete();
    expect(await flushTees(FLUSH_MS)).toBe(0);
    expect(failures).toEqual([]);
    const written = readFileSync(path);
    expect(written.length).toBe(total);
    expect(createHash('sha256').update(written).digest('hex')).toBe(hash.digest('hex'));
  });

  it('is made with the first byte, for its owner alone', async () => {
    const directory = tempDir();
    const silent = teeInto({ path: join(directory, 'silent') });
    silent.output.complete();
    const { path, output } = teeInto({ path: join(directory, 'spoken') });
    await flushTees(FLUSH_MS);
    expect(readdirSync(directory)).toEqual([]);
    output.next(bytes(1));
    await flushTees(FLUSH_MS);
    expect(readdirSync(directory)).toEqual(['spoken']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    output.complete();
    await flushTees(FLUSH_MS);
  });

  it('is always a new one: a name that exists is left alone and gets a number, and no link is followed', async () => {
    const directory = tempDir();
    const path = join(directory, 'x');
    writeFileSync(path, 'older');
    symlinkSync(join(directory, 'elsewhere'), `${path}.1`);
    for (const _ of [1, 2]) {
      const { output } = teeInto({ path });
      output.next(bytes(3));
      output.complete();
      await flushTees(FLUSH_MS);
    }
    expect(readdirSync(directory).sort()).toEqual(['x', 'x.1', 'x.2', 'x.3']);
    expect(readFileSync(path, 'utf8')).toBe('older');
    expect(readFileSync(`${path}.3`)).toEqual(Buffer.from(countingBytes(0, 3)));
  });

  it('gives up after a bounded number of names, and says what would help', async () => {
    let tried = 0;
    const taken = async () => {
      tried++;
      throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    };
    const { output, failures } = teeInto({ path: 'x', open: taken });
    output.next(bytes(3));
    await flushTees(FLUSH_MS);
    expect(tried).toBe(TEE_NAMES_MAX);
    expect(failures).toEqual([
      `x: stopped after 0 bytes: ${TEE_NAMES_MAX} files of this name exist; put {connection} into it`,
    ]);
  });

  it('is closed on FIN, on RST and on unsubscribe, and no descriptor is left', async () => {
    const directory = tempDir();
    for (const end of ['complete', 'error', 'unsubscribe'] as const) {
      for (const stillToWrite of [0, 50]) {
        const { path, output, subscription } = teeInto({ path: join(directory, `${end}-${stillToWrite}`) });
        output.next(bytes(100));
        await flushTees(FLUSH_MS);
        expect(descriptorsIn(directory), end).toBe(1);
        if (stillToWrite > 0) output.next(bytes(stillToWrite));
        if (end === 'complete') output.complete();
        else if (end === 'error') output.error('reset');
        else subscription.unsubscribe();
        expect(await flushTees(FLUSH_MS)).toBe(0);
        expect(descriptorsIn(directory), end).toBe(0);
        expect(statSync(path).size, end).toBe(100 + stillToWrite);
      }
    }
  });
});

describe('a tee whose file cannot take everything', () => {
  it('survives a full disk: it stops, says after how many bytes, and the connection goes on', async () => {
    const directory = tempDir();
    const full = { path: join(directory, 'x'), open: () => open('/dev/full', 'w') };
    const { output, failures, passed } = teeInto(full);
    output.next(bytes(1000));
    await flushTees(FLUSH_MS);
    output.next(bytes(1000));
    output.complete();
    expect(await flushTees(FLUSH_MS)).toBe(0);
    expect(failures).toEqual([expect.stringMatching(/x: stopped after 0 bytes: ENOSPC: no space left/)]);
    expect(passed()).toBe(2000);
    expect(descriptorsAt('/dev/full')).toBe(0);
  });

  it('counts exactly what the system took before it refused', async () => {
    const path = join(tempDir(), 'x');
    const { output, failures } = teeInto({ path, open: shortWrites({ each: 700, limit: 5000 }) });
    for (let i = 0; i < 20; i++) output.next(bytes(1000));
    await flushTees(FLUSH_MS);
    expect(failures).toEqual([`${path}: stopped after 5000 bytes: no space left`]);
    expect(statSync(path).size).toBe(5000);
  });

  it('ends with a whole record where records are written, as far as the system allows', async () => {
    const path = join(tempDir(), 'x');
    const failures: string[] = [];
    const sink = fileSink({
      path,
      isOfRecords: true,
      failed: (message) => failures.push(message),
      open: shortWrites({ each: 700, limit: 250_000 }),
    });
    for (let record = 0; record < 5; record++) sink.write(countingBytes(0, 100_000));
    await flushTees(FLUSH_MS);
    sink.write(countingBytes(0, 100_000));
    expect(failures).toEqual([`${path}: stopped after 200000 bytes: no space left`]);
    expect(statSync(path).size).toBe(200_000);
  });

  it('says so when the directory may not be written to, and tells that it is done', async () => {
    const path = join(tempDir(), 'x');
    const failures: string[] = [];
    let done = 0;
    const refused = () =>
      Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }));
    const failed = (message: string) => failures.push(message);
    const sink = fileSink({ path, failed, open: refused, done: () => void done++ });
    sink.write(countingBytes(0, 1));
    await flushTees(FLUSH_MS);
    sink.close();
    expect([failures, done]).toEqual([[`${path}: stopped after 0 bytes: EACCES: permission denied`], 1]);
  });

  it('says so when the directory does not exist', async () => {
    const { output, failures } = teeInto({ path: join(tempDir(), 'missing', 'x') });
    output.next(bytes(1));
    await flushTees(FLUSH_MS);
    expect(failures).toEqual([expect.stringMatching(/stopped after 0 bytes: ENOENT/)]);
  });

  it('stops for good when too much waits, with everything up to there in the file and nothing after', async () => {
    const path = join(tempDir(), 'x');
    const gate = gatedOpen();
    const { output, failures, passed } = teeInto({ path, open: gate.open });
    const block = bytes(MIB);
    for (let sent = 0; sent < TEE_BUFFER_BYTES_MAX; sent += MIB) output.next(block);
    output.next(bytes(1));
    output.next(block);
    gate.release();
    await flushTees(FLUSH_MS);
    output.next(block);
    output.complete();
    await flushTees(FLUSH_MS);
    expect(failures).toEqual([
      `${path}: stopped after ${TEE_BUFFER_BYTES_MAX} bytes: the disk is too slow: 8MiB wait, more than this tee may hold`,
    ]);
    expect(statSync(path).size).toBe(TEE_BUFFER_BYTES_MAX);
    expect(passed()).toBe(TEE_BUFFER_BYTES_MAX + 1 + 2 * MIB);
  });

  it('stops when all tees together hold too much, and their room is free again afterwards', async () => {
    const directory = tempDir();
    const gate = gatedOpen();
    const count = TEES_BUFFER_BYTES_MAX / TEE_BUFFER_BYTES_MAX;
    const block = bytes(TEE_BUFFER_BYTES_MAX);
    const broken = async () => {
      await gate.opened;
      throw new Error('refused');
    };
    const tees = Array.from({ length: count }, (_, i) =>
      teeInto({ path: `${directory}/${i}`, open: broken }),
    );
    for (const { output } of tees) output.next(block);
    const { output, failures } = teeInto({ path: join(directory, 'late') });
    output.next(bytes(1));
    gate.release();
    await flushTees(FLUSH_MS);
    expect(failures).toEqual([expect.stringMatching(/stopped after 0 bytes: the disk is too slow: 0B wait/)]);
    const again = teeInto({ path: join(directory, 'again') });
    again.output.next(bytes(10));
    again.output.complete();
    await flushTees(FLUSH_MS);
    expect(again.failures).toEqual([]);
    expect(statSync(again.path).size).toBe(10);
  });
});

describe('waiting for the files', () => {
  it('ends after its time with the number of files still being written, and later with none', async () => {
    const path = join(tempDir(), 'x');
    const gate = gatedOpen();
    const { output } = teeInto({ path, open: gate.open });
    output.next(bytes(10));
    output.complete();
    expect(await flushTees(1)).toBe(1);
    gate.release();
    expect(await flushTees(FLUSH_MS)).toBe(0);
    expect(statSync(path).size).toBe(10);
  });
});

function teeInto(options: Omit<FileSinkOptions, 'failed'>) {
  const failures: string[] = [];
  const failed = (message: string) => void failures.push(message);
  let output: Subscriber<Chunk> | undefined;
  const source = new Observable<Chunk>((subscriber) => {
    output = subscriber;
  });
  let passed = 0;
  const subscription = tee({ sink: fileSink({ ...options, failed }), failed })(source).subscribe({
    next: (chunk) => (passed += chunk.bytes.length),
    error: () => undefined,
  });
  return {
    path: options.path,
    output: output as Subscriber<Chunk>,
    subscription,
    failures,
    passed: () => passed,
  };
}

function bytes(length: number): Chunk {
  return { bytes: countingBytes(0, length), at: 0, borrowed: false };
}

function descriptorsIn(directory: string): number {
  return openFiles().filter((path) => path.startsWith(directory)).length;
}

function descriptorsAt(path: string): number {
  return openFiles().filter((each) => each === path).length;
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}
