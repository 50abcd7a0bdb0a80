/**
 * The peers of `main.ts`: `serve` backends; `load <port>` sends one stream; `ping <port>...` sends messages and waits for
 * their echo, on one connection a port.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

const STREAM_BYTES = 256 * 1024 * 1024;
const PINGS = 10_000;
/** So many that a mirror which reads nothing has the most that may wait for it before the first round is over. */
const PING_BYTES = 4096;
/** Messages on one connection before the next one's turn: few, so that what disturbs one disturbs its neighbours. */
const TURN = 20;
/** What a slow mirror reads in a second. */
const SLOW_BYTES = 1024;
const PIECE = Buffer.alloc(256 * 1024, 'sluice');

const [what, ...ports] = process.argv.slice(2);
if (what === 'serve') await serve();
else if (what === 'ping') await ping(ports.map(Number));
else send(Number(ports[0]));

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

/** Prints for every line of its input the p99 of round trips on each connection, in microseconds, as a line of JSON. */
async function ping(ports: readonly number[]): Promise<void> {
  const sockets = ports.map((port) => connect({ host: '127.0.0.1', port, noDelay: true }));
  for await (const _line of process.stdin) {
    const times = sockets.map((): number[] => []);
    for (let turn = 0; turn < PINGS / TURN; turn++) {
      for (const place of sockets.keys()) {
        const next = (place + turn) % sockets.length;
        const socket = sockets[next];
        if (socket !== undefined) times[next]?.push(...(await roundTrips(socket)));
      }
    }
    process.stdout.write(`${JSON.stringify(times.map(p99))}\n`);
  }
  for (const socket of sockets) socket.destroy();
}

function roundTrips(socket: Socket): Promise<number[]> {
  const times: number[] = [];
  let [from, left] = [performance.now(), PING_BYTES];
  const message = PIECE.subarray(0, PING_BYTES);
  return new Promise((resolve) => {
    socket.on('data', function answered(bytes) {
      left -= bytes.length;
      if (left > 0) return;
      times.push((performance.now() - from) * 1000);
      if (times.length === TURN) {
        socket.off('data', answered);
        resolve(times);
        return;
      }
      [from, left] = [performance.now(), PING_BYTES];
      socket.write(message);
    });
    socket.write(message);
  });
}

function p99(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? Number.NaN;
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
