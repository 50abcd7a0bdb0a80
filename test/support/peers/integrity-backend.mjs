// The backend of the integrity test: reads a header, sends what it asks for, hashes what comes, reports one line each.
import { createServer } from 'node:net';
import { event, HEADER_BYTES, receive, report, send } from './stream.mjs';

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  serve(socket).catch((error) => report({ side: 'backend', error: error.code ?? error.message }));
});

async function serve(socket) {
  socket.on('error', () => {});
  const header = await readHeader(socket);
  const { id, seed, down, order } = header;
  const receiving = receive(socket);
  const [received, sentHash] = await Promise.all([
    receiving,
    (async () => {
      const hash = await send(socket, seed, down);
      if (order === 'client') await receiving;
      socket.end();
      return hash;
    })(),
  ]);
  report({ side: 'backend', id, sent: down, sentHash, got: received.bytes, gotHash: received.hash });
}

async function readHeader(socket) {
  let head = Buffer.alloc(0);
  while (head.length < HEADER_BYTES) {
    await event(socket, 'readable');
    head = Buffer.concat([head, socket.read() ?? Buffer.alloc(0)]);
  }
  socket.unshift(head.subarray(HEADER_BYTES));
  return JSON.parse(head.subarray(0, HEADER_BYTES).toString());
}

server.listen(0, '127.0.0.1', () => report({ port: server.address().port }));
