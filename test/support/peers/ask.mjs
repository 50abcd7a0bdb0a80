// A client that asks once: node ask.mjs HOST PORT TEXT. Says what came back, from where it asked, or why nothing came.
import { connect } from 'node:net';
import { report } from './stream.mjs';

const [host, port, text] = process.argv.slice(2);
const chunks = [];
let from = null;
const socket = connect({ host, port: Number(port) }, () => {
  from = `${socket.localAddress} ${socket.localPort}`;
  socket.end(text);
});
socket.on('data', (chunk) => chunks.push(chunk));
socket.on('error', ({ code }) => report({ asked: from, error: code, answer: null }));
socket.on('end', () => report({ asked: from, error: null, answer: String(Buffer.concat(chunks)) }));
