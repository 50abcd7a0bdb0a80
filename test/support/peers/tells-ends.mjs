// A backend that answers with what it sees of its client: node tells-ends.mjs PORT... Says when it listens at all of them.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { report } from './stream.mjs';

const servers = process.argv.slice(2).map((port) =>
  createServer({ allowHalfOpen: true }, (socket) => {
    const chunks = [];
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      const { localAddress, localPort, remoteAddress, remotePort } = socket;
      const bytes = Buffer.concat(chunks).toString('hex');
      socket.end(
        JSON.stringify({
          local: `${localAddress} ${localPort}`,
          remote: `${remoteAddress} ${remotePort}`,
          bytes,
        }),
      );
    });
  }).listen({ port: Number(port), host: '::' }),
);
await Promise.all(servers.map((server) => once(server, 'listening')));
report({ listening: true });
