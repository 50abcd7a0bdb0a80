import { z } from 'zod';
import { JITTERS, STAGE_DIRECTIONS } from '../core/stage-plan.ts';
import { oneOrMany } from './containers.ts';
import * as defaults from './defaults.ts';
import { NETWORKS_MAX, SEED_MAX, SLICE_BYTES_MAX } from './limits.ts';
import { network } from './places.ts';
import { duration, integer, percentage, rate, share, size } from './quantities.ts';
import { oneOf } from './words.ts';

/** What every stage that makes faults takes. */
const common = {
  toxicity: share()
    .describe('Share of connections that are affected; decided once for each.')
    .prefault(defaults.TOXICITY),
  seed: integer(0, SEED_MAX, 'chance')
    .describe(
      'The same seed makes the same faults in the same connections, in the order in which they were accepted. Absent: chance.',
    )
    .optional(),
  from: duration({ zero: 'at once' })
    .describe('When faults begin, counted from the start of the configuration. Absent: at once.')
    .optional(),
  for: duration().describe('How long they last. Absent: they do not stop.').optional(),
  every: duration().describe('They begin again so often. Absent: they begin once.').optional(),
  expires: duration()
    .describe('When they end for good, counted from the start of the configuration. Absent: never.')
    .optional(),
  target: z
    .strictObject({
      source: oneOrMany(network(), NETWORKS_MAX, 'network')
        .describe('Networks of clients that are affected. Absent: all.')
        .optional(),
      percentage: percentage()
        .describe('Part of client addresses that are affected, always the same ones. Absent: all.')
        .optional(),
    })
    .describe('Whose connections are affected. For one route alone, set the stage in the route.')
    .optional(),
  max_affected: share()
    .describe('Safety cap: share of the live connections that may be affected at once.')
    .prefault(defaults.MAX_AFFECTED),
};

const commonKeys = z.strictObject(common);

/** The keys that all stages of chaos have. */
export type ChaosConfig = z.infer<typeof commonKeys>;

const direction = oneOf(STAGE_DIRECTIONS)
  .describe('Which way it works: `up` from client to backend, `down` from backend to client, or `both`.')
  .prefault(defaults.STAGE_DIRECTION);

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

/** The stages that make faults, by kind. */
export const chaosStages = {
  latency: latency.describe('Delays what passes, in order. Set `up`, `down` or both.').optional(),
  bandwidth: bandwidth
    .describe('A link of a rate: a rate limit that saves nothing up. Set `up`, `down` or both.')
    .optional(),
  slicer: slicer.describe('Cuts what passes into small pieces, with a pause between them.').optional(),
};
