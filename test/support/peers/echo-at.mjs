// A backend that echoes at an address: node echo-at.mjs HOST. Says its port.
import { createServer } from 'node:net';
import { report } from './stream.mjs';

const [host] = process.argv.slice(2);
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
server.listen(0, host, () => report({ port: server.address().port }));
