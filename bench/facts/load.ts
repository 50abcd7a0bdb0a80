/** The two peers of the bench: `load.js serve` echoes, `load.js load PORT` runs clients and prints what they reached. */
import { connect, createServer, type Socket } from 'node:net';
import { shortConnections } from '../short-connections.ts';

const CONNECTIONS = 5_000;
const STREAMS = 2;
const STREAM_MS = 2_000;
const STREAM_CHUNK = Buffer.alloc(64 * 1024, 'x');

const [mode, port] = process.argv.slice(2);
if (mode === 'serve') serve();
else console.log(JSON.stringify(await load(Number(port))));

function serve(): void {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') console.log(address.port);
  });
}

/** Connections first, which fill a ring that nobody reads; then streams, while it is full. */
async function load(to: number): Promise<object> {
  const seconds = await shortConnections(to, CONNECTIONS);
  const streams = Array.from({ length: STREAMS }, () => stream(to));
  await new Promise((resolve) => setTimeout(resolve, STREAM_MS));
  const bytes = streams.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  for (const socket of streams) socket.destroy();
  return {
    connectionsPerSecond: CONNECTIONS / seconds,
    mebibytesPerSecond: bytes / (STREAM_MS / 1000) / 2 ** 20,
  };
}

/** Writes as fast as it is echoed. */
function stream(to: number): Socket {
  const socket = connect({ host: '127.0.0.1', port: to });
  const more = (): void => {
    while (!socket.destroyed && socket.write(STREAM_CHUNK));
  };
  socket.on('drain', more);
  socket.on('connect', more);
  socket.on('error', () => {});
  socket.resume();
  return socket;
}
