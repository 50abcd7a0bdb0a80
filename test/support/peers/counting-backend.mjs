// A backend that echoes and counts how many connections it has at once: node counting-backend.mjs
// A connection begins when it is accepted and is over before this side's FIN is sent, so that whoever lets the next one in
// when the last has ended never makes it count one too many. A line on standard input asks for a report and starts anew.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { report } from './stream.mjs';

let [now, most, served] = [0, 0, 0];
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  now++;
  served++;
  most = Math.max(most, now);
  let over = false;
  const done = () => {
    if (over) return;
    over = true;
    now--;
  };
  socket.on('error', done);
  socket.on('data', (data) => socket.write(data));
  socket.on('end', () => {
    done();
    socket.end();
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => report({ port: server.address().port }));
createInterface({ input: process.stdin }).on('line', (line) => {
  report({ phase: line, most, served, now });
  [most, served] = [now, 0];
});
