import { z } from 'zod';
import { STAGE_DIRECTIONS } from '../core/stage-plan.ts';
import { oneOrMany } from './containers.ts';
import * as defaults from './defaults.ts';
import { NETWORKS_MAX, SEED_MAX } from './limits.ts';
import { network } from './places.ts';
import { duration, integer, percentage, share } from './quantities.ts';
import { oneOf } from './words.ts';

/** What every stage that makes faults takes. */
export const common = {
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

/** The directions of a stage that works alike in each. */
export const direction = oneOf(STAGE_DIRECTIONS)
  .describe('Which way it works: `up` from client to backend, `down` from backend to client, or `both`.')
  .prefault(defaults.STAGE_DIRECTION);
