import { z } from 'zod';
import { HASH_KEYS } from '../core/plan.ts';
import * as defaults from './defaults.ts';
import { STICKY_CLIENTS_MAX, STICKY_EXPIRY_MS_MIN, WAITING_MAX } from './limits.ts';
import { duration, integer } from './quantities.ts';
import { oneOf } from './words.ts';

/** The queue of a pool. */
export const queue = z.strictObject({
  max: integer(1, WAITING_MAX)
    .describe('How many connections may wait at once. The next one is answered as `on_full` says.')
    .prefault(defaults.QUEUE_MAX),
  timeout: duration()
    .describe('How long each may wait; then it is answered as `on_full` says.')
    .prefault(defaults.QUEUE_TIMEOUT),
});

/** By what a client comes back to the backend it had. */
export const sticky = z.strictObject({
  on: oneOf(HASH_KEYS)
    .describe(
      'What a client is known by: its address, the server name it asked for, or a TLV of its PROXY header. One that lacks it is known by its address.',
    )
    .prefault(defaults.HASH_ON),
  tlv: integer(0, 255).describe('With `proxy_tlv`: the type of the TLV.').optional(),
  expiry: duration({ min: STICKY_EXPIRY_MS_MIN })
    .describe('A client that opens no connection for so long is forgotten.')
    .prefault(defaults.STICKY_EXPIRY),
  max: integer(1, STICKY_CLIENTS_MAX)
    .describe(
      'How many clients are remembered at once, at most; the ones that were away longest are forgotten for others.',
    )
    .prefault(defaults.STICKY_MAX),
});
