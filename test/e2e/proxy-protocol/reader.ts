import { type ProxyRead, readProxyHeader } from '../../../src/proxy-protocol/index.ts';
import { serve } from '../../support/tcp.ts';

const WAIT_MS = 30_000;

/** A connection as a raw server saw it. */
export interface Head {
  readonly read: ProxyRead;
  /** All that had come when the answer was there. */
  readonly bytes: Buffer;
  /** Who connected, as the kernel says. */
  readonly peer: { readonly host: string; readonly port: number };
}

/** A TCP server that reads the PROXY header of every connection, says `seen`, and ends it. */
export async function startReader() {
  const heads: Head[] = [];
  const waiting: (() => void)[] = [];
  const { port } = await serve((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      bytes = Buffer.concat([bytes, data]);
      const read = readProxyHeader(bytes);
      if (read.kind === 'need-more') return;
      socket.removeAllListeners('data').resume().end('seen');
      heads.push({ read, bytes, peer: { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 } });
      for (const look of waiting.splice(0)) look();
    });
  });

  /** The next connection that nobody has asked for yet. */
  async function next(): Promise<Head> {
    const deadline = performance.now() + WAIT_MS;
    while (heads.length === 0) {
      const left = deadline - performance.now();
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no PROXY header for ${WAIT_MS} ms`)), left);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return heads.shift() as Head;
  }

  return { port, next };
}
