/** The peers of `main.ts`: `serve` backends, one that reads and one that never does; `load <port>` sends one stream. */
import { connect, createServer, type Server, type Socket } from 'node:net';

const STREAM_BYTES = 512 * 1024 * 1024;
const PIECE = Buffer.alloc(256 * 1024, 'sluice');

const [what, port] = process.argv.slice(2);
if (what === 'serve') await serve();
else send(Number(port));

async function serve(): Promise<void> {
  const sink = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.resume();
  });
  const silent = createServer({ pauseOnConnect: true }, (socket: Socket) => {
    socket.on('error', () => {});
  });
  process.stdout.write(JSON.stringify({ sink: await portOf(sink), silent: await portOf(silent) }));
}

function portOf(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
}

/** Prints MiB/s from the first byte to the FIN of the backend, which is the answer to the last. */
function send(to: number): void {
  const socket = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true });
  const from = performance.now();
  let left = STREAM_BYTES;
  const more = (): void => {
    while (left > 0) {
      left -= PIECE.length;
      if (!socket.write(PIECE) && left > 0) {
        socket.once('drain', more);
        return;
      }
    }
    socket.end();
  };
  socket.on('end', () => {
    const seconds = (performance.now() - from) / 1000;
    process.stdout.write(String(STREAM_BYTES / 1024 / 1024 / seconds));
    socket.destroy();
  });
  socket.resume();
  more();
}
