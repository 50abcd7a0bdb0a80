import { parentPort, workerData } from 'node:worker_threads';
import { UNTOLD_END } from '../../../dist/src/core/untold-end.js';
import { FactsWriter } from '../../../dist/src/shared-memory/index.js';

/**
 * Writes facts that are numbered in the order of writing, every third a `closed` one. Where one is dropped it pauses, so
 * that the reader has something to do. `endless`: until it is ended from outside.
 */
const { ring, facts, endless, progress } = workerData;
const pause = new Int32Array(new SharedArrayBuffer(4));
let dropped = 0;
const writer = new FactsWriter(
  ring,
  () => dropped++,
  () => parentPort.postMessage('facts'),
);

for (let number = 0; endless || number < facts; number++) {
  const before = dropped;
  writer.write(
    number % 3 === 0
      ? closed(number)
      : { kind: 'error', at: number, connection: null, traceId: null, message: text(number) },
  );
  if (dropped > before) Atomics.wait(pause, 0, 0, 1);
  Atomics.add(progress, 0, 1);
}
parentPort.postMessage({ dropped });

/** Texts of many lengths; what they say is told by the number. */
function text(number) {
  return `${number}`.repeat(number % 17);
}

function closed(number) {
  return {
    ...UNTOLD_END,
    at: number,
    connection: number,
    listener: 0,
    client: text(number),
    local: '',
    opened: number,
    reason: 'client-fin',
    traceId: '',
    spanId: null,
    parentSpanId: null,
    sampled: false,
  };
}
