/** The peers of `main.ts`: `serve` backends; `load <port>` sends one stream, `ping <port>` so many messages in turn. */
import { connect, createServer, type Server, type Socket } from 'node:net';

const STREAM_BYTES = 256 * 1024 * 1024;
const PINGS = 10_000;
const PING_BYTES = 256;
/** What a slow mirror reads in a second. */
const SLOW_BYTES = 1024;
const PIECE = Buffer.alloc(256 * 1024, 'sluice');

const [what, port] = process.argv.slice(2);
if (what === 'serve') await serve();
else if (what === 'ping') ping(Number(port));
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
  const slow = createServer({ highWaterMark: SLOW_BYTES, pauseOnConnect: true }, (socket) => {
    const timer = setInterval(() => socket.read(SLOW_BYTES), 1000);
    socket.on('error', () => {});
    socket.on('close', () => clearInterval(timer));
    socket.pause();
  });
  const resets = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.resetAndDestroy());
  });
  const echo = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  const ports = {
    sink: await portOf(sink),
    echo: await portOf(echo),
    silent: await portOf(silent),
    slow: await portOf(slow),
    resets: await portOf(resets),
  };
  process.stdout.write(JSON.stringify(ports));
}

/** Prints the p99 of round trips on one connection, in microseconds. */
function ping(to: number): void {
  const socket = connect({ host: '127.0.0.1', port: to, noDelay: true });
  const times: number[] = [];
  let [from, left] = [performance.now(), PING_BYTES];
  socket.on('data', (bytes) => {
    left -= bytes.length;
    if (left > 0) return;
    times.push((performance.now() - from) * 1000);
    if (times.length === PINGS) {
      process.stdout.write(String(times.toSorted((one, other) => one - other)[Math.floor(PINGS * 0.99)]));
      socket.destroy();
      return;
    }
    [from, left] = [performance.now(), PING_BYTES];
    socket.write(PIECE.subarray(0, PING_BYTES));
  });
  socket.write(PIECE.subarray(0, PING_BYTES));
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
