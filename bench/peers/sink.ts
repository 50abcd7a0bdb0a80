import { createServer } from 'node:http';

/** Takes traces and metrics and throws them away. Its base URL, and what closes it. */
export function openSink(): Promise<{ readonly url: string; close(): void }> {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      request.resume().once('end', () => response.writeHead(200).end());
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
