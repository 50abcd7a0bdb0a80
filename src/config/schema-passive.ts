import { z } from 'zod';
import { FAILURE_KINDS } from '../core/circuits.ts';
import { ON_DOWN } from '../core/plan.ts';
import { list } from './containers.ts';
import * as defaults from './defaults.ts';
import { EJECT_MS_MAX, EJECT_MS_MIN, FAILURES_IN_A_ROW_MAX, REBALANCE_PER_SECOND_MAX } from './limits.ts';
import { countRate, duration, integer, wholePercentage } from './quantities.ts';
import { oneOf } from './words.ts';

/** Ejection of backends on which connections fail. */
export const passive = z.strictObject({
  failures: integer(1, FAILURES_IN_A_ROW_MAX)
    .describe(
      'So many in a row, of all workers together, and the backend is ejected; while it is on trial after an ejection, one.',
    )
    .prefault(defaults.PASSIVE_FAILURES),
  count: list(oneOf(FAILURE_KINDS), FAILURE_KINDS.length, 'kind of failure')
    .describe(
      'What counts. Attempts to reach it: `refused`, `unreachable` (no way to it, no such name), `timeout` (`connect.timeout`), `handshake` (of TLS). ' +
        'Connections to it: `reset` (by it, before its first byte), `silence` (see `first_byte`).',
    )
    .prefault([...defaults.PASSIVE_COUNT]),
  first_byte: duration()
    .describe(
      'For `silence`: a backend that was given the first bytes of a client has failed where it has sent none for so long. The connection goes on.',
    )
    .prefault(defaults.PASSIVE_FIRST_BYTE),
  eject: duration({ min: EJECT_MS_MIN, max: EJECT_MS_MAX })
    .describe('For so long it gets no connections. The double each time it is ejected again soon after.')
    .prefault(defaults.PASSIVE_EJECT),
  eject_max: duration({ min: EJECT_MS_MIN, max: EJECT_MS_MAX })
    .describe('The longest ejection.')
    .prefault(defaults.PASSIVE_EJECT_MAX),
  max_ejected: wholePercentage(1, 100)
    .describe(
      'None is ejected where more of the pool than this would be ejected or unhealthy; rounded down to whole backends.',
    )
    .prefault(defaults.PASSIVE_MAX_EJECTED),
});

export const onDown = oneOf(ON_DOWN)
  .describe(
    'What becomes of the connections to a backend that is ejected or becomes unhealthy: `leave` them alone, `reset` them, ' +
      'or `drain`: reset what is left after `timeouts.drain`.',
  )
  .prefault(defaults.ON_DOWN);

export const onUp = z.strictObject({
  rebalance: countRate(REBALANCE_PER_SECOND_MAX)
    .describe(
      'When a backend has come back, so many connections a second to the others are reset, those first that were idle for the longest, ' +
        'until it could have its share: their clients connect again, and it gets some of them. Absent: none.',
    )
    .optional(),
});
