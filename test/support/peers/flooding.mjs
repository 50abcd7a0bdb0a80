// A peer that sends as fast as it can and reads all that comes: node flooding.mjs listens on a free port, with a PORT it
// is the client of that. Says when bytes have come from the other end.
import { connect, createServer } from 'node:net';
import { report } from './stream.mjs';

const PIECE = Buffer.alloc(64 * 1024, 'flood. ');
const UNDER_WAY_BYTES = 1024 * 1024;
const [port] = process.argv.slice(2).map(Number);

if (port === undefined) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, flood);
  server.listen(0, '127.0.0.1', () => report({ port: server.address().port }));
} else {
  flood(connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
}

function flood(socket) {
  let got = 0;
  socket.on('error', () => {});
  socket.on('data', (data) => {
    if (got < UNDER_WAY_BYTES && got + data.length >= UNDER_WAY_BYTES) report({ underWay: true });
    got += data.length;
  });
  const push = () => {
    while (!socket.destroyed && socket.write(PIECE));
  };
  socket.on('drain', push);
  push();
}
