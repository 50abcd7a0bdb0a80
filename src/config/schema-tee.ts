import { z } from 'zod';
import { SNAP_BYTES_MAX, TEE_FORMATS } from '../core/tee-plan.ts';
import * as defaults from './defaults.ts';
import {
  FLIGHT_BYTES_MAX,
  FLIGHT_BYTES_MIN,
  SNAP_BYTES_MIN,
  TEE_FILE_BYTES_MAX,
  TEE_FILES_MAX,
} from './limits.ts';
import { duration, integer, size } from './quantities.ts';
import { filePattern, oneOf } from './words.ts';

const rotate = z.strictObject({
  size: size(1, TEE_FILE_BYTES_MAX)
    .describe('A file that has come to this size is followed by another. Absent: it gets as long as it gets.')
    .optional(),
  age: duration({ min: 1000 })
    .describe(
      'A file that was begun so long ago is followed by another with what comes next. Absent: it gets as old as it gets.',
    )
    .optional(),
  keep: integer(1, TEE_FILES_MAX)
    .describe(
      'How many finished files stay; the oldest of more are removed, as far as the worker has written them. Absent: all stay.',
    )
    .optional(),
});

export const tee = z.strictObject({
  file: filePattern().describe(
    'File to write, in a directory that exists. `{start}` is the time of the accept, or at which a file was begun; ' +
      '`{connection}`, `{listener}` and `{shard}` (the first two digits of the connection) may be in it. With `raw`, ' +
      '`{direction}` (`up`, client to backend, or `down`) must be. A name that exists gets a number behind it.',
  ),
  format: oneOf(TEE_FORMATS)
    .describe(
      '`raw`: the bytes as they are, nothing else, a file for each direction. The others have both directions in one file, ' +
        'with times, FIN, RST and whose they are: `hex`, for reading, as `hexdump -C`; `jsonl`, one object a line, bytes in ' +
        'base64; `pcapng`, for Wireshark and tshark, both legs.',
    )
    .prefault(defaults.TEE_FORMAT),
  per: oneOf(['connection', 'listener'])
    .describe(
      'Whose bytes share a file: each connection has its own, or all of a listener share one in each worker.',
    )
    .prefault(defaults.TEE_PER),
  direction: oneOf(['both', 'up', 'down'])
    .describe('What is copied: `up`, client to backend, `down`, or both.')
    .prefault(defaults.TEE_DIRECTION),
  snaplen: size(SNAP_BYTES_MIN, SNAP_BYTES_MAX)
    .describe('Of `pcapng`: how much is kept of each packet, headers included. Absent: all.')
    .optional(),
  rotate: rotate
    .describe('When a file is followed by another, and how many stay. Absent: one file.')
    .optional(),
  total: size(1, TEE_FILE_BYTES_MAX)
    .describe(
      'How much the tee may have on the disk in all, what it removed itself not counted; then it stops. Each worker counts ' +
        'what it has written. Absent: as much as the disk holds.',
    )
    .optional(),
});

export const flightRecorder = z.strictObject({
  bytes: size(FLIGHT_BYTES_MIN, FLIGHT_BYTES_MAX)
    .describe('How much of the end of each direction is remembered, in memory.')
    .prefault(defaults.FLIGHT_BYTES),
  file: filePattern().describe(
    'File to write (pcapng) when a connection ends without both sides having finished; as `file` of a tee, without `{direction}`.',
  ),
  keep: integer(1, TEE_FILES_MAX)
    .describe('How many files stay; the oldest of more are removed, as far as the worker has written them.')
    .prefault(defaults.FLIGHT_KEEP),
});
