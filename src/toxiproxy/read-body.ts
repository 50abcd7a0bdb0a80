import type { Readable } from 'node:stream';
import { ApiError } from './api-error.ts';

/** Reads a body to its end. Rejects with an ApiError after `bytesMax` bytes, `msMax` milliseconds, or where its client goes. */
export function readBody(request: Readable, bytesMax: number, msMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const settle = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onCut);
    };
    const refuse = (status: number, why: string): void => {
      settle();
      reject(new ApiError(`bad request body: ${why}`, status));
    };
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes > bytesMax) refuse(413, `it has at most ${bytesMax} bytes`);
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle();
      resolve(Buffer.concat(chunks).toString('utf8'));
    };
    const onCut = (): void => refuse(400, 'unexpected EOF');
    const timer = setTimeout(() => refuse(408, `it is complete within ${msMax} ms`), msMax);
    request.on('data', onData).on('end', onEnd).on('close', onCut);
  });
}
