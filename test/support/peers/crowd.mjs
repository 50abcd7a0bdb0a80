// Many clients at once: node crowd.mjs PORT COUNT AT_ONCE HOLD
// Each connects, sends a line and waits for its echo. With HOLD=1 all stay open until a line comes on standard input.
// Says how many were served and how each of the others ended.
import { connect } from 'node:net';
import { report } from './stream.mjs';

const [port, count, atOnce, hold] = process.argv.slice(2).map(Number);
const sockets = [];
const ends = {};
let served = 0;

function one(id) {
  return new Promise((resolve) => {
    const line = `client ${id}\n`;
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    let got = '';
    let settled = false;
    const settle = (how) => {
      if (settled) return;
      settled = true;
      if (how === 'served') served++;
      else ends[how] = (ends[how] ?? 0) + 1;
      resolve();
    };
    socket.on('error', (error) => settle(error.code));
    socket.on('end', () => settle(got === line ? 'served' : 'fin'));
    socket.on('data', (data) => {
      got += data;
      if (got !== line) return;
      if (hold) {
        sockets.push(socket);
        settle('served');
      } else {
        socket.end();
      }
    });
    socket.write(line);
  });
}

let next = 0;
async function worker() {
  while (next < count) await one(next++);
}
await Promise.all(Array.from({ length: atOnce }, worker));
report({ served, ends, open: sockets.length });
if (hold) {
  await new Promise((resolve) => process.stdin.once('data', resolve));
  for (const socket of sockets) socket.end();
  await Promise.all(
    sockets.map(
      (socket) => new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', resolve))),
    ),
  );
  report({ closed: sockets.length });
}
process.exit(0);
