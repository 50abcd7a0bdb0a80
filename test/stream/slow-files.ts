import { type FileHandle, open } from 'node:fs/promises';
import type { FileSinkOptions } from '../../src/stream/index.ts';

type Open = NonNullable<FileSinkOptions['open']>;

/** Opens real files, but not before `release`. */
export function gatedOpen(): { open: Open; release: () => void; opened: Promise<void> } {
  let release = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    opened,
    release: () => release(),
    open: async (path, flags, mode) => {
      await opened;
      return open(path, flags, mode);
    },
  };
}

/** Opens real files that take at most `each` bytes a write and `limit` in all. */
export function shortWrites({ each, limit }: { each: number; limit: number }): Open {
  return async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    let left = limit;
    const write = async (bytes: Uint8Array, from: number, length: number) => {
      if (left === 0) throw new Error('no space left');
      const result = await file.write(bytes, from, Math.min(length, each, left));
      left -= result.bytesWritten;
      return result;
    };
    return {
      write,
      truncate: (length: number) => file.truncate(length),
      close: () => file.close(),
    } as unknown as FileHandle;
  };
}
