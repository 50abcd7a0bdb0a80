import type { ServerResponse } from 'node:http';
import { STALL_MS_MAX } from './limits.ts';
import type { Reply, ReplyStream } from './reply.ts';

/**
 * Sends a reply whose body comes in pieces, as fast as its client takes them. The connection ends with it: by its trailer
 * where all was sent, else cut, so that nobody takes a part for the whole. A client that takes nothing for `STALL_MS_MAX` is
 * left. Never rejects.
 */
export async function sendStream(response: ServerResponse, reply: Reply, stream: ReplyStream): Promise<void> {
  // A body may have nothing to say for longer than a socket may be silent.
  response.setTimeout(0);
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    trailer: stream.trailer,
    connection: 'close',
    ...reply.headers,
  });
  response.once('close', () => void stream.close());
  try {
    await pass(response, stream.bytes);
    response.addTrailers({ [stream.trailer]: stream.trailerValue() });
    response.setTimeout(STALL_MS_MAX);
    response.end();
  } catch {
    response.destroy();
  }
  await stream.close();
}

/** Throws where the client does not take all of it. */
async function pass(response: ServerResponse, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of bytes) {
    const isTaken = response.write(piece) || (await drained(response));
    if (response.destroyed || !isTaken) throw new Error('the client has gone, or takes nothing');
  }
}

/** Whether the client has taken what waited, in time. */
function drained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (is: boolean) => (): void => {
      clearTimeout(timer);
      resolve(is);
    };
    const timer = setTimeout(finish(false), STALL_MS_MAX);
    response.once('drain', finish(true)).once('close', finish(false));
  });
}
