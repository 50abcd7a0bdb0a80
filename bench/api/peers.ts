/**
 * The peers of the bench: `serve` echoes, `ping PORT MS` counts round trips, `abuse PORT` asks an admin address for more than
 * it may until it is told to end.
 */
import { connect, createServer } from 'node:net';

const CONNECTIONS = 16;
const LINE = Buffer.alloc(64, 'y');
const STREAMS = 1_000;
/** Requests under way at once, which take the place of the ones before as they are answered. */
const BAD_AT_ONCE = 16;

/** Malformed, too large, for nobody, and asking for more than there is. */
const BAD = [
  'nonsense\r\n\r\n',
  `GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  'GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET /v1/connections?limit=99999999 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET /v1/connections?sort=-rate&limit=1000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'PUT /v1/config HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\nContent-Length: 9999999\r\n\r\n',
];

const [mode, port, ms] = process.argv.slice(2);
if (mode === 'serve') serve();
else if (mode === 'ping') await ping(Number(port), Number(ms));
else abuse(Number(port));

function serve(): void {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') console.log(address.port);
  });
}

async function ping(to: number, forMs: number): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(to)));
  let trips = 0;
  for (const socket of sockets) {
    let got = 0;
    socket.on('data', (bytes) => {
      got += bytes.length;
      if (got < LINE.length) return;
      got = 0;
      trips++;
      socket.write(LINE);
    });
    socket.write(LINE);
  }
  await new Promise((resolve) => setTimeout(resolve, forMs));
  console.log(trips);
  process.exit(0);
}

function open(to: number) {
  return new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: to, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Streams are asked for once each, and again when they are refused; what is no request of the API comes beside them. */
function abuse(to: number): void {
  let asked = 0;
  const say = (text: string, again: () => void): void => {
    asked++;
    const socket = connect(to, '127.0.0.1', () => socket.write(text));
    socket.on('error', () => {});
    socket.resume();
    socket.once('close', () => setTimeout(again, 1));
  };
  const stream = (): void => say('GET /v1/events?kind=entered HTTP/1.1\r\nHost: localhost\r\n\r\n', stream);
  const bad = (): void => {
    const one = BAD[asked % BAD.length] ?? '';
    say(one, bad);
  };
  for (let at = 0; at < STREAMS; at++) stream();
  for (let at = 0; at < BAD_AT_ONCE; at++) bad();
  process.on('SIGTERM', () => {
    console.log(asked);
    process.exit(0);
  });
  console.log('begun');
}
