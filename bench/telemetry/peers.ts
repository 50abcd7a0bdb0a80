/** The peers of the bench: `serve` echoes, `receive` takes OTLP and forgets it, `load PORT COUNT` makes connections. */
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server } from 'node:net';

const AT_ONCE = 16;
const LINE = Buffer.alloc(256, 'y');

const [mode, port, count] = process.argv.slice(2);
if (mode === 'serve') listen(echo());
else if (mode === 'receive') listen(receiver());
else console.log(JSON.stringify({ seconds: await load(Number(port), Number(count)) }));

function echo(): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
}

function receiver(): Server {
  return createHttpServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
}

function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') console.log(address.port);
  });
}

/** Seconds that so many connections took, each of which sends a line, gets it back, and ends. */
async function load(to: number, connections: number): Promise<number> {
  let left = connections;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await short(to);
    }),
  );
  return (performance.now() - began) / 1000;
}

function short(to: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true });
    let got = 0;
    socket.on('data', (data) => {
      got += data.length;
      if (got === LINE.length) socket.end();
    });
    socket.on('end', () => resolve());
    socket.on('error', reject);
    socket.write(LINE);
  });
}
