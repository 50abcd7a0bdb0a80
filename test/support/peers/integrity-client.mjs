// The clients of the integrity test: node integrity-client.mjs PORT SEED CONNECTIONS BYTES_MAX
import { connect } from 'node:net';
import { HEADER_BYTES, numbers, receive, report, send } from './stream.mjs';

const [port, seed, connections, bytesMax] = process.argv.slice(2).map(Number);
const next = numbers(seed);
const ORDERS = ['client', 'backend', 'both'];

/** Spread evenly over the orders of magnitude, so that small and large both occur; 0 now and then. */
function size() {
  if (next() % 16 === 0) return 0;
  return Math.floor(Math.exp((next() / 2 ** 32) * Math.log(bytesMax)));
}

async function run(id) {
  const up = id === 0 ? bytesMax : size();
  const down = id === 1 ? bytesMax : size();
  const order = ORDERS[next() % ORDERS.length];
  const header = JSON.stringify({ id, seed: next(), up, down, order }).padEnd(HEADER_BYTES);
  const upSeed = next();
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  socket.write(header);
  const receiving = receive(socket);
  const sending = (async () => {
    const hash = await send(socket, upSeed, up);
    if (order === 'backend') await receiving;
    socket.end();
    return hash;
  })();
  const [received, sentHash] = await Promise.all([receiving, sending]);
  report({ side: 'client', id, order, sent: up, sentHash, got: received.bytes, gotHash: received.hash });
}

const runs = Array.from({ length: connections }, (_, id) =>
  run(id).catch((error) => report({ side: 'client', id, error: error.code ?? error.message })),
);
await Promise.all(runs);
