// What the peers of the integrity test share: bytes from a seed, sent with backpressure and hashed as they go.
import { createHash } from 'node:crypto';

/** Length of the header a client sends first, padded with spaces. */
export const HEADER_BYTES = 128;

const POOL_BYTES = 1 << 20;
const PIECE_BYTES_MAX = 128 * 1024;

/** A generator of 32-bit numbers (xorshift); the same seed gives the same numbers. */
export function numbers(seed) {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

const pool = Buffer.alloc(POOL_BYTES + PIECE_BYTES_MAX);
{
  const next = numbers(20_260_122);
  for (let i = 0; i < pool.length; i += 4) pool.writeUInt32LE(next(), i);
}

/** Sends `total` bytes in pieces of random length; resolves with their SHA-256 when all were handed to the kernel. */
export async function send(socket, seed, total) {
  const next = numbers(seed);
  const hash = createHash('sha256');
  let left = total;
  while (left > 0) {
    const size = Math.min(left, 1 + (next() % PIECE_BYTES_MAX));
    const start = next() % POOL_BYTES;
    const piece = pool.subarray(start, start + size);
    hash.update(piece);
    left -= size;
    if (!socket.write(piece)) await event(socket, 'drain');
  }
  return hash.digest('hex');
}

/** Counts and hashes what comes; resolves at FIN. Rejects with the socket's error. */
export function receive(socket, skip = 0) {
  const hash = createHash('sha256');
  let bytes = 0;
  let skipped = 0;
  socket.on('data', (data) => {
    let rest = data;
    if (skipped < skip) {
      const drop = Math.min(skip - skipped, rest.length);
      skipped += drop;
      rest = rest.subarray(drop);
    }
    bytes += rest.length;
    hash.update(rest);
  });
  return event(socket, 'end').then(() => ({ bytes, hash: hash.digest('hex') }));
}

/** The next event of this name; rejects where the socket fails or closes first. */
export function event(socket, name) {
  return new Promise((resolve, reject) => {
    const done = (value) => {
      socket.off('error', failed);
      socket.off('close', closed);
      resolve(value);
    };
    const failed = (error) => {
      socket.off(name, done);
      reject(error);
    };
    const closed = () => failed(new Error(`closed before "${name}"`));
    socket.once(name, done);
    socket.once('error', failed);
    socket.once('close', closed);
  });
}

/** One line of JSON on standard output. */
export function report(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
