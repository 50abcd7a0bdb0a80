import { z } from 'zod';
import * as defaults from './defaults.ts';
import { HANG_MS_MAX, HANG_MS_MIN } from './limits.ts';
import { duration } from './quantities.ts';

const idle = duration({ zero: 'never' }).describe(
  'Ends a connection on which no byte passed in either direction for so long.',
);
const writeStall = duration({ zero: 'never' }).describe(
  'Ends a connection of which one peer took none of the bytes that wait for it for so long.',
);
const halfClosed = duration({ zero: 'never' }).describe(
  'Once one side has finished: ends the connection when the other side sends nothing for so long.',
);
const linger = duration().describe(
  'How long the last bytes may take to be delivered once a connection is ending.',
);
const queue = duration({ zero: 'never' }).describe(
  'How long a client may wait for a place under `on_limit: wait`.',
);
const drain = duration({ zero: 'at once' }).describe(
  'How long a stopping service lets connections finish. 0: cuts them at once.',
);

const hang = duration({ zero: 'never', min: HANG_MS_MIN, max: HANG_MS_MAX }).describe(
  'A worker thread that gives no sign of life for so long is replaced; its connections are lost.',
);

/** Deadlines of every connection, and those of the service. */
export const timeouts = z.strictObject({
  idle: idle.prefault(defaults.IDLE),
  write_stall: writeStall.prefault(defaults.WRITE_STALL),
  half_closed: halfClosed.prefault(defaults.HALF_CLOSED),
  linger: linger.prefault(defaults.LINGER),
  queue: queue.prefault(defaults.QUEUE),
  drain: drain.prefault(defaults.DRAIN),
  hang: hang.prefault(defaults.HANG),
});

/** What a listener can set for itself: all of them but `drain` and `hang`, which belong to the service. */
export const listenerTimeouts = z.strictObject({
  idle: idle.optional(),
  write_stall: writeStall.optional(),
  half_closed: halfClosed.optional(),
  linger: linger.optional(),
  queue: queue.optional(),
});
