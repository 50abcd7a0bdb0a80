import { z } from 'zod';
import { RATE_LIMIT_SHARES } from '../core/stage-plan.ts';
import { list } from './containers.ts';
import * as defaults from './defaults.ts';
import { BURST_BYTES_MAX, STAGES_MAX } from './limits.ts';
import { rate, size } from './quantities.ts';
import { chaosStages } from './schema-chaos.ts';
import { mirror } from './schema-mirror.ts';
import { flightRecorder, tee } from './schema-tee.ts';
import { oneOf } from './words.ts';

const rateLimit = z.strictObject({
  up: rate().describe('Bytes a second from client to backend. Absent: not limited.').optional(),
  down: rate().describe('Bytes a second from backend to client. Absent: not limited.').optional(),
  burst: size(1, BURST_BYTES_MAX)
    .describe(
      'Bytes that may pass at once after a pause, in each direction. ' +
        'Absent: what passes in one second at the higher of the two rates, at least 64KiB.',
    )
    .optional(),
  per: oneOf(['connection', ...RATE_LIMIT_SHARES])
    .describe(
      'What shares the limit: `connection`, each has its own; `client`, all connections of one client address; `listener`; ' +
        '`route`. What is shared is shared by all workers, in equal parts among those that have something to send.',
    )
    .prefault(defaults.RATE_LIMIT_PER),
});

const stage = z
  .strictObject({
    pass_through: z
      .strictObject({})
      .describe('Changes nothing: `pass_through: {}`. For trying out a chain of stages.')
      .optional(),
    rate_limit: rateLimit
      .describe('Holds bytes back so that no more than a rate passes. Set `up`, `down` or both.')
      .optional(),
    tee: tee.describe('Writes what passes to files as well, without slowing it down.').optional(),
    mirror: mirror
      .describe('Copies what passes to another pool as well, without slowing it down.')
      .optional(),
    flight_recorder: flightRecorder
      .describe(
        'Remembers the end of each direction, and writes it to a file when the connection ends badly.',
      )
      .optional(),
    ...chaosStages,
  })
  .meta({ minProperties: 1, maxProperties: 1 });

/** What bytes flow through, in this order; each item has exactly one key, the kind of stage. */
export const stages = list(stage, STAGES_MAX, 'stage');
