import { z } from 'zod';
import { JITTERS, STAGE_ENDINGS } from '../core/stage-plan.ts';
import * as defaults from './defaults.ts';
import { SLICE_BYTES_MAX, STAGE_BYTES_MAX } from './limits.ts';
import { duration, rate, share, size } from './quantities.ts';
import { common, direction } from './schema-chaos-common.ts';
import { flag, oneOf } from './words.ts';

const latency = z.strictObject({
  up: duration({ zero: 'at once' }).describe('Delay from client to backend. Absent: none.').optional(),
  down: duration({ zero: 'at once' }).describe('Delay from backend to client. Absent: none.').optional(),
  jitter: duration({ zero: 'at once' }).describe('How much delays differ. Absent: not at all.').optional(),
  distribution: oneOf(JITTERS)
    .describe(
      'How `jitter` is distributed: `uniform`, up to so much less or more; `normal`, with it as the standard deviation; ' +
        '`pareto`, never less, so much more on average, and seldom far more.',
    )
    .prefault(defaults.JITTER_DISTRIBUTION),
  ...common,
});

const bandwidth = z.strictObject({
  up: rate().describe('Bytes a second from client to backend. Absent: not limited.').optional(),
  down: rate().describe('Bytes a second from backend to client. Absent: not limited.').optional(),
  ...common,
});

const slicer = z.strictObject({
  average: size(1, SLICE_BYTES_MAX).describe('Size of a piece, on average.'),
  variation: size(0, SLICE_BYTES_MAX)
    .describe('How much shorter or longer a piece may be; less than `average`. Absent: not at all.')
    .optional(),
  delay: duration({ zero: 'at once' }).describe('From one piece to the next. Absent: none.').optional(),
  direction,
  ...common,
});

const slowClose = z.strictObject({
  up: duration().describe('How late a FIN of the client is passed on. Absent: at once.').optional(),
  down: duration().describe('How late a FIN of the backend is passed on. Absent: at once.').optional(),
  resets: flag().describe('A RST is late as well.').prefault(defaults.SLOW_CLOSE_RESETS),
  ...common,
});

const end = oneOf(STAGE_ENDINGS)
  .describe('How the connection ends: `close` by FIN to both sides, `reset` by RST.')
  .prefault(defaults.STAGE_END);

const timeout = z.strictObject({
  after: duration({ zero: 'never' })
    .describe('When the connection ends, counted from when the stage begins.')
    .prefault(defaults.TIMEOUT_AFTER),
  end,
  direction,
  ...common,
});

const resetPeer = z.strictObject({
  after: duration({ zero: 'at once' })
    .describe('When both sides are reset, counted from when the stage begins.')
    .prefault(defaults.RESET_PEER_AFTER),
  ...common,
});

const limitData = z.strictObject({
  up: size(0, STAGE_BYTES_MAX).describe('Bytes from client to backend. Absent: no limit.').optional(),
  down: size(0, STAGE_BYTES_MAX).describe('Bytes from backend to client. Absent: no limit.').optional(),
  end,
  ...common,
});

const quota = z.strictObject({
  bytes: size(1, STAGE_BYTES_MAX).describe('Bytes of the connection, both directions together.'),
  end,
  ...common,
});

const stall = z.strictObject({
  probability: share().describe('Of a chunk, what is read at once, to be lost.'),
  pause: duration()
    .describe(
      'The first time after which it is sent again, up to half as long again; then twice as long, and so on.',
    )
    .prefault(defaults.STALL_PAUSE),
  pause_max: duration().describe('No pause is longer.').prefault(defaults.STALL_PAUSE_MAX),
  direction,
  ...common,
});

const corrupt = z.strictObject({
  rate: share().describe('Share of bytes in which a bit is flipped.'),
  force: flag()
    .describe('Also bytes of TLS, where the peer can do nothing but end the connection.')
    .prefault(defaults.CORRUPT_FORCE),
  direction,
  ...common,
});

const dropConnection = z.strictObject({
  probability: share().describe('Of a connection to be reset.').prefault(defaults.DROP_PROBABILITY),
  after: size(0, STAGE_BYTES_MAX)
    .describe('Bytes that pass before, both directions together. Absent: none.')
    .optional(),
  ...common,
});

const down = z.strictObject(common);

/** The stages that make faults, by kind. */
export const chaosStages = {
  latency: latency.describe('Delays what passes, in order. Set `up`, `down` or both.').optional(),
  bandwidth: bandwidth
    .describe('A link of a rate: a rate limit that saves nothing up. Set `up`, `down` or both.')
    .optional(),
  slicer: slicer.describe('Cuts what passes into small pieces, with a pause between them.').optional(),
  slow_close: slowClose.describe('Passes a FIN on late. Set `up`, `down` or both.').optional(),
  timeout: timeout
    .describe(
      'A black hole: nothing passes, and the connection may end after a time. For all defaults: `timeout: {}`.',
    )
    .optional(),
  reset_peer: resetPeer.describe('Resets both sides after a time. For at once: `reset_peer: {}`.').optional(),
  limit_data: limitData
    .describe('Ends the connection once so many bytes have passed one way. Set `up`, `down` or both.')
    .optional(),
  quota: quota.describe('Ends the connection once so many bytes have passed both ways together.').optional(),
  stall: stall.describe('Pauses now and then as a network does that loses packets.').optional(),
  corrupt: corrupt.describe('Flips bits.').optional(),
  drop_connection: dropConnection
    .describe('Resets some connections, at their beginning or after so many bytes.')
    .optional(),
  down: down
    .describe('Resets every connection at once, as a service that is down. For always: `down: {}`.')
    .optional(),
};
