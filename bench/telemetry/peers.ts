/** The peers of the bench: `serve` echoes, `receive` takes OTLP and forgets it, `load PORT MS` makes connections for so long. */
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { shortConnectionsFor } from '../short-connections.ts';

const [mode, port, ms] = process.argv.slice(2);
if (mode === 'serve') listen(echo());
else if (mode === 'receive') listen(receiver());
else console.log(await shortConnectionsFor(Number(port), Number(ms)));

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
