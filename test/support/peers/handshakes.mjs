// Makes `count` whole handshakes of TLS (no resumption), `many` at once, each for one of the names in turn, and has one
// byte echoed over each. Reports {done} now and then, and at the end {failures, serials}: failures by text, handshakes
// by serial number of the certificate that was shown.
import { connect } from 'node:tls';

const [port, count, many] = process.argv.slice(2).map(Number);
const { CA: ca, NAME: servername } = process.env;
const REPORT_EVERY = 250;

const failures = {};
const serials = {};
let begun = 0;
let done = 0;

function next() {
  if (begun === count) return;
  begun++;
  const socket = connect({ host: '127.0.0.1', port, ca, servername });
  let failure = 'closed without an answer';
  socket.once('secureConnect', () => {
    const { serialNumber } = socket.getPeerCertificate();
    serials[serialNumber] = (serials[serialNumber] ?? 0) + 1;
    socket.write('x');
  });
  socket.once('data', () => {
    failure = null;
    socket.end();
  });
  socket.once('error', (error) => {
    failure = `${error.code}: ${error.message}`;
  });
  socket.once('close', () => {
    if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;
    if (++done % REPORT_EVERY === 0) console.log(JSON.stringify({ done }));
    if (done === count) console.log(JSON.stringify({ failures, serials }));
    else next();
  });
}

for (let i = 0; i < many; i++) next();
