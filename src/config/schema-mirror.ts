import { z } from 'zod';
import { MIRROR_DIFFS, MIRROR_DIRECTIONS, MIRROR_ON_FULL } from '../core/mirror.ts';
import * as defaults from './defaults.ts';
import { MIRROR_BUFFER_BYTES_MAX, MIRROR_BUFFER_BYTES_MIN, MIRROR_LINGER_MS_MAX } from './limits.ts';
import { duration, percentage, size } from './quantities.ts';
import { name, oneOf } from './words.ts';

const timeouts = z.strictObject({
  connect: duration()
    .describe(
      'How long a mirror may take until it is ready for bytes, retries, PROXY header and TLS included.',
    )
    .prefault(defaults.MIRROR_CONNECT),
  write_stall: duration({ zero: 'never' })
    .describe('Gives up a mirror that took none of the bytes that wait for it for so long.')
    .prefault(defaults.MIRROR_WRITE_STALL),
  linger: duration({ max: MIRROR_LINGER_MS_MAX })
    .describe(
      'How long a mirror may take for the rest of its copy once the connection has ended, and for its answer.',
    )
    .prefault(defaults.MIRROR_LINGER),
});

/** A copy of what passes, for another pool. */
export const mirror = z.strictObject({
  to: name('shadow').describe(
    'Pool that gets the copy. Its `connect` says how; of its `timeout` and `retries`, `retries` alone.',
  ),
  direction: oneOf(MIRROR_DIRECTIONS)
    .describe(
      'What is copied: `up`, what the client sends; `down`, what the backend sends; `both`, each to a connection of its own.',
    )
    .prefault(defaults.MIRROR_DIRECTION),
  buffer: size(MIRROR_BUFFER_BYTES_MIN, MIRROR_BUFFER_BYTES_MAX)
    .describe('Bytes that wait for one mirror connection, at most.')
    .prefault(defaults.MIRROR_BUFFER),
  on_full: oneOf(MIRROR_ON_FULL)
    .describe(
      'What becomes of a mirror whose buffer is full: `drop_connection`, it is reset; `drop_bytes`, it loses what does not fit and gets later bytes; `detach`, it gets what waits, then FIN, and no more.',
    )
    .prefault(defaults.MIRROR_ON_FULL),
  sample: percentage()
    .describe('Part of the connections that are mirrored, by their trace ids.')
    .prefault(defaults.MIRROR_SAMPLE),
  timeouts: timeouts.describe('Deadlines of the mirror alone.').prefault({}),
  diff: oneOf(MIRROR_DIFFS)
    .describe(
      'What is compared of the answers of the mirror and of the backend: nothing; every byte, up to the `first_difference`; their `lengths`. With `direction: up` alone.',
    )
    .prefault(defaults.MIRROR_DIFF),
});
