// A backend that echoes, for thousands of connections; says its port, ends with its standard input.
import { createServer } from 'node:net';
import { report } from './stream.mjs';

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => report({ port: server.address().port }));
