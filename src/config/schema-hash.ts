import { z } from 'zod';
import { HASH_KEYS } from '../core/plan.ts';
import * as defaults from './defaults.ts';
import {
  BOUNDED_LOAD_PERCENT_MAX,
  BOUNDED_LOAD_PERCENT_MIN,
  TABLE_SIZE_MAX,
  TABLE_SIZE_MIN,
} from './limits.ts';
import { integer, prime, wholePercentage } from './quantities.ts';
import { oneOf } from './words.ts';

/** What the policies `hash` and `maglev` go by. */
export const hash = z.strictObject({
  on: oneOf(HASH_KEYS)
    .describe(
      'What connections are hashed by: the address of the client, the server name it asked for, or a TLV of its PROXY header. One that lacks it is hashed by its address.',
    )
    .prefault(defaults.HASH_ON),
  tlv: integer(0, 255)
    .describe(
      'With `proxy_tlv`: the type of the TLV, such as 5 for the unique id or 234 for the id of an AWS endpoint.',
    )
    .optional(),
  bounded_load: wholePercentage(BOUNDED_LOAD_PERCENT_MIN, BOUNDED_LOAD_PERCENT_MAX)
    .describe(
      'With `maglev`: a backend that has so much of its fair share of connections is passed over. Absent: no key ever moves for load.',
    )
    .optional(),
  table_size: prime(TABLE_SIZE_MIN, TABLE_SIZE_MAX)
    .describe(
      'With `maglev`: slots of the table, two bytes each on every shard. Should be a hundred times the backends.',
    )
    .prefault(defaults.TABLE_SIZE),
});
