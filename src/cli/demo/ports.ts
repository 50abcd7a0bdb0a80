import { createServer, type Server } from 'node:http';

export const DEMO_HOST = '127.0.0.1';

/** Binds to the preferred port of loopback, or to a free one where that cannot be had. Resolves with the port. */
export async function listenNear(server: Server, preferred: number): Promise<number> {
  try {
    return await listen(server, preferred);
  } catch {
    return await listen(server, 0);
  }
}

/** The preferred port where it is free now, else 0. */
export async function freeOrZero(preferred: number): Promise<number> {
  const server = createServer();
  try {
    return await listen(server, preferred);
  } catch {
    return 0;
  } finally {
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  }
}

/** Binds to a port of loopback. Rejects with the system's error. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, DEMO_HOST, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}
