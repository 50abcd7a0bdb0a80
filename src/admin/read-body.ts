import type { Readable } from 'node:stream';

/** A body, or why there is none: the status of the reply and its detail. */
export type Body =
  | { readonly text: string }
  | { readonly status: 400 | 408 | 413 | 422; readonly detail: string };

/**
 * Reads a request's body, which is text in UTF-8, to its end. Gives up at `bytesMax` bytes (413) and after `msMax`
 * milliseconds (408); the stream is left to its owner then. Never rejects.
 */
export function readBody(request: Readable, bytesMax: number, msMax: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const settle = (body: Body): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onCut);
      resolve(body);
    };
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > bytesMax) settle(tooLong(bytesMax));
    };
    const onEnd = (): void => settle(decode(chunks));
    const onCut = (): void => settle({ status: 400, detail: 'the body ended before its end' });
    const timer = setTimeout(
      () => settle({ status: 408, detail: `a body is complete within ${msMax} ms` }),
      msMax,
    );
    request.on('data', onData).on('end', onEnd).on('close', onCut);
  });
}

/** What is said of a body of more bytes than are read. */
export function tooLong(bytesMax: number): { readonly status: 413; readonly detail: string } {
  return { status: 413, detail: `a body has at most ${bytesMax} bytes` };
}

function decode(chunks: readonly Uint8Array[]): Body {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { status: 422, detail: 'the body is not text in UTF-8' };
  }
}
