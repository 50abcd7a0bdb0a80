// Both ends of random connections: node exchange.mjs listens, and says its port. A line {"port":P,"seed":S,"connections":N}
// lets it make so many connections to P at once, which are to come back to it; it then tells what of them arrived. All of
// a connection follows from its seed, which the client sends first: sizes, pieces, pauses, and who finishes first.
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { event, numbers, report } from './stream.mjs';

const HEADER_BYTES = 4;
const [K, M] = [1_000, 1_000_000];
/** Large ones are rarer: they are most of the work. */
const SIZES = [0, 0, 1, 1, K, K, K, 100 * K, 100 * K, 100 * K, 100 * K, 3 * M, 3 * M, 8 * M];
const PIECES = [1, 7, 200, 1_400, 5_000, 65_536, 300_000];
/** `…-waits`: that end sends only when it has heard all of the other; `…-last`: it sends at once and finishes then. */
const ORDERS = ['both', 'client-waits', 'backend-waits', 'client-last', 'backend-last'];
const PAUSE_MS_MAX = 4;
/** A connection that stands still for so long is lost. */
const LOST_MS = 20_000;

const POOL = Buffer.alloc(2 ** 20 + Math.max(...PIECES));
const next = numbers(20_261_128);
for (let at = 0; at + 4 <= POOL.length; at += 4) POOL.writeUInt32LE(next(), at);

/** What the backends have seen, by seed of the connection. */
const backends = new Map();

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  const seen = seedOf(socket).then(async (seed) => {
    backends.get(seed)?.resolve(await exchange(socket, 'backend', planOf(seed)));
  });
  seen.catch(() => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => report({ port: server.address().port }));

createInterface({ input: process.stdin }).on('line', (line) => {
  const { port, seed, connections } = JSON.parse(line);
  const seeds = Array.from({ length: connections }, (_, index) => (seed * 1009 + index * 7919 + 1) >>> 0);
  Promise.all(seeds.map((each) => run(port, each))).then((results) =>
    report({
      seed,
      lost: results.filter((result) => result.lost !== undefined),
      bytes: results.map(({ up, down }) => `${up + HEADER_BYTES}/${down}`).sort(),
    }),
  );
});

/** One connection, and what differs between what one end has sent and the other has heard. */
async function run(port, seed) {
  const plan = planOf(seed);
  const atBackend = new Promise((resolve) => backends.set(seed, { resolve }));
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(seed);
  const over = new AbortController();
  try {
    await event(socket, 'connect');
    socket.write(header);
    const ends = Promise.all([exchange(socket, 'client', plan), atBackend]);
    const [client, backend] = await Promise.race([ends, standsStill(over.signal)]);
    const up = client.sent === backend.heard;
    const down = backend.sent === client.heard;
    return { ...plan, ...(up && down ? {} : { lost: { client, backend } }) };
  } catch (error) {
    return { ...plan, lost: error.code ?? error.message };
  } finally {
    over.abort();
    backends.delete(seed);
    socket.destroy();
  }
}

async function standsStill(signal) {
  await pause(LOST_MS, undefined, { signal });
  throw new Error('stands still');
}

function planOf(seed) {
  const random = numbers(seed * 2_654_435_761);
  for (let skipped = 0; skipped < 8; skipped++) random();
  const pick = (list) => list[random() % list.length];
  return {
    seed,
    up: pick(SIZES),
    down: pick(SIZES),
    order: pick(ORDERS),
    clientSeed: random(),
    backendSeed: random(),
  };
}

/** Sends and hears all of one end. */
async function exchange(socket, side, plan) {
  const random = numbers(side === 'client' ? plan.clientSeed : plan.backendSeed);
  const hearing = hear(socket, numbers(random()));
  hearing.catch(() => {});
  if (plan.order === `${side}-waits`) await hearing;
  const sent = await send(socket, random, side === 'client' ? plan.up : plan.down);
  if (plan.order === `${side}-last`) await hearing;
  socket.end();
  return { sent, heard: await hearing };
}

/** Both tell `bytes:SHA-256`. */
async function send(socket, random, total) {
  const hash = createHash('sha256');
  let left = total;
  while (left > 0) {
    const size = Math.min(left, PIECES[random() % PIECES.length]);
    const start = random() % 2 ** 20;
    const piece = POOL.subarray(start, start + size);
    hash.update(piece);
    left -= size;
    if (!socket.write(piece)) await event(socket, 'drain');
    if (random() % 8 === 0) await pause(random() % PAUSE_MS_MAX);
  }
  return `${total}:${hash.digest('hex')}`;
}

async function hear(socket, random) {
  const hash = createHash('sha256');
  let bytes = 0;
  socket.on('data', (data) => {
    hash.update(data);
    bytes += data.length;
    if (random() % 16 > 0) return;
    socket.pause();
    setTimeout(() => socket.resume(), random() % PAUSE_MS_MAX);
  });
  await event(socket, 'end');
  return `${bytes}:${hash.digest('hex')}`;
}

async function seedOf(socket) {
  socket.on('error', () => {});
  for (;;) {
    const header = socket.read(HEADER_BYTES);
    if (header !== null) return header.readUInt32BE();
    await event(socket, 'readable');
  }
}
