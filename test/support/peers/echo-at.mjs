// A backend that echoes at an address: node echo-at.mjs HOST [PORT]. Says its port.
import { createServer } from 'node:net';
import { report } from './stream.mjs';

const [host, port = '0'] = process.argv.slice(2);
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
server.listen(Number(port), host, () => report({ port: server.address().port }));
