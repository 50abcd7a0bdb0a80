import { connect } from 'node:net';
import { later } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { start } from '../../support/process.ts';

/** Connections that fill the queue of a socket with a backlog of 1, and more. */
const FILLERS = 4;

/**
 * The port of a backend that answers no SYN: its process is stopped and the queue of its socket is full, so that the
 * system drops what comes. Ended with the test.
 */
export async function deaf(): Promise<number> {
  const program = `const s = require('net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log('port ' + s.address().port))`;
  const child = start(process.execPath, ['-e', program]);
  later(() => child.killGroup());
  const port = Number((await child.waitForLine(/^port /)).slice('port '.length));
  child.signal('SIGSTOP');
  const fillers = Array.from({ length: FILLERS }, () => connect({ port, host: '127.0.0.1' }));
  later(() => {
    for (const filler of fillers) filler.destroy();
  });
  for (const filler of fillers) filler.on('error', () => {});
  const inQueue = () => fillers.filter(({ readyState }) => readyState === 'open').length;
  await eventually(() => inQueue() >= 2 && inQueue() < FILLERS, 'the queue to be full');
  return port;
}
