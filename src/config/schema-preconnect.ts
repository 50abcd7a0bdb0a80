import { z } from 'zod';
import * as defaults from './defaults.ts';
import { PRECONNECT_AGE_MS_MIN, PRECONNECT_IDLE_MAX } from './limits.ts';
import { duration, integer } from './quantities.ts';
import { flag } from './words.ts';

/** Connections to backends made before a client needs them. */
export const preconnect = z.strictObject({
  min_idle: integer(0, PRECONNECT_IDLE_MAX)
    .describe('So many stand ready at each backend in each worker, also where nobody comes.')
    .prefault(defaults.PRECONNECT_MIN_IDLE),
  max_idle: integer(1, PRECONNECT_IDLE_MAX)
    .describe(
      'So many at most stand ready at each backend in each worker. One more is kept whenever a client finds none, one less whenever one grows old.',
    )
    .prefault(defaults.PRECONNECT_MAX_IDLE),
  max_age: duration({ min: PRECONNECT_AGE_MS_MIN })
    .describe(
      'One that nobody took for so long is closed. Should be less than what a backend, or a firewall before it, lets pass in silence.',
    )
    .prefault(defaults.PRECONNECT_MAX_AGE),
  server_first: flag()
    .describe(
      'Whether backends may speak first. If so, their greeting is kept for the client that gets the connection; else such a backend is left alone for ten minutes.',
    )
    .prefault(defaults.PRECONNECT_SERVER_FIRST),
});
