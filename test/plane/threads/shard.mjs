import { parentPort, workerData } from 'node:worker_threads';
import { createNetPlane } from '../../../dist/src/plane/net/index.js';

const { backend, clients, guarded } = workerData;
const BYTES = new Uint8Array(8 * 1024 * 1024);
const OPTIONS = { noDelay: true, keepaliveMs: 0 };

const plane = createNetPlane();
if (guarded) process.on('exit', () => void plane.close());

const nothing = () => {};
const observer = {
  held: nothing,
  data: nothing,
  fin: nothing,
  reset: nothing,
  accepted: nothing,
  progress: nothing,
  finished: nothing,
  closed: nothing,
};

/** Connections in every condition: idle and read, idle and unread, with much that waits to be sent, about to be reset. */
const conditions = [
  (endpoint) => endpoint.resume(),
  () => {},
  (endpoint) => endpoint.write({ bytes: BYTES, at: 0, borrowed: false }),
  (endpoint) => {
    endpoint.write({ bytes: BYTES, at: 0, borrowed: false });
    endpoint.reset();
  },
];

let made = 0;
function adopt(endpoint) {
  endpoint.observe(observer);
  conditions[made++ % conditions.length](endpoint);
  if (made === clients + 1) parentPort.postMessage({ now: plane.timers.now() });
}

const listening = await plane.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, OPTIONS, {
  accept: adopt,
  failed: nothing,
});
plane.dial(backend, OPTIONS, { connected: adopt, failed: nothing });
parentPort.once('message', (end) => {
  // One dial is under way when the thread ends.
  plane.dial(backend, OPTIONS, { connected: nothing, failed: nothing });
  if (end === 'exit') process.exit(3);
  throw new Error('a defect');
});
parentPort.postMessage({ address: listening.address });
