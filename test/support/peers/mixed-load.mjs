// Long and short connections side by side: node mixed-load.mjs PORT LONG SHORT
// Keeps LONG connections open, each sending a line again and again and checking its echo, and replaces one that is lost;
// and runs SHORT loops of connect, one line, echo, FIN from both sides. Says every second how things stand; a line on
// standard input ends it: the long ones finish cleanly, and the last report tells all.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { report } from './stream.mjs';

const [port, longs, shorts] = process.argv.slice(2).map(Number);
const LINE = Buffer.from(`${'ping '.repeat(40)}\n`);
const state = { short: 0, shortLost: {}, long: 0, longLost: [], longOpen: 0, echoes: 0 };
let over = false;

/** Node calls a RST right behind data an end; the system then knows of no peer. Of no use once this side has sent FIN. */
function wasReset(socket) {
  return socket._handle !== null && socket._handle.getpeername({}) !== 0;
}

function open() {
  return connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
}

function short() {
  return new Promise((resolve) => {
    const socket = open();
    let got = 0;
    let settled = false;
    const settle = (how) => {
      if (settled) return;
      settled = true;
      if (how === null) state.short++;
      else state.shortLost[how] = (state.shortLost[how] ?? 0) + 1;
      socket.destroy();
      resolve(how === null);
    };
    socket.on('error', (error) => settle(error.code));
    socket.on('data', (data) => {
      got += data.length;
      if (got === LINE.length) socket.end();
    });
    socket.on('end', () => {
      if (got === LINE.length) settle(null);
      else settle(wasReset(socket) ? 'ECONNRESET' : `fin after ${got}`);
    });
    socket.write(LINE);
  });
}

function long() {
  return new Promise((resolve) => {
    const socket = open();
    const name = () => `127.0.0.1:${local}`;
    let local = 0;
    let got = 0;
    let sent = 0;
    let settled = false;
    const settle = (how) => {
      if (settled) return;
      settled = true;
      if (local !== 0 && got > 0) state.longOpen--;
      if (how !== null) state.longLost.push({ client: name(), how, served: got > 0 });
      socket.destroy();
      resolve();
    };
    const ping = () => {
      sent += LINE.length;
      socket.write(LINE);
    };
    socket.on('connect', () => {
      local = socket.localPort;
      ping();
    });
    socket.on('error', (error) => settle(error.code));
    socket.on('data', (data) => {
      if (got === 0) {
        state.long++;
        state.longOpen++;
      }
      got += data.length;
      if (got < sent) return;
      state.echoes++;
      if (over) socket.end();
      else setTimeout(ping, 20);
    });
    socket.on('end', () => {
      if (over && got === sent) settle(null);
      else settle(wasReset(socket) ? 'ECONNRESET' : `fin after ${got} of ${sent}`);
    });
  });
}

async function loop(one) {
  while (!over) {
    // A refusal would be tried again at once, thousands of times a second.
    if ((await one()) === false) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const timer = setInterval(() => report({ so: { ...state, longLost: state.longLost.length } }), 500);
const loops = [
  ...Array.from({ length: longs }, () => loop(long)),
  ...Array.from({ length: shorts }, () => loop(short)),
];
await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve));
over = true;
await Promise.all(loops);
clearInterval(timer);
report({ end: state });
process.exit(0);
