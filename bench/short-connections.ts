import { connect } from 'node:net';

const AT_ONCE = 16;
const LINE = Buffer.alloc(256, 'y');

/** Seconds that so many connections took, each of which sends a line, gets it back, and ends. */
export async function shortConnections(to: number, count: number): Promise<number> {
  let left = count;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await short(to);
    }),
  );
  return (performance.now() - began) / 1000;
}

/** How many such connections were made in a time, one after the other AT_ONCE times. One that fails ends the process. */
export async function shortConnectionsFor(to: number, ms: number): Promise<number> {
  const until = performance.now() + ms;
  let made = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (performance.now() < until) {
        await short(to);
        made++;
      }
    }),
  );
  return made;
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
