import { z } from 'zod';
import { QUEUE_PRIORITY_MAX } from '../core/plan.ts';
import { either, list } from './containers.ts';
import * as defaults from './defaults.ts';
import { ANSWER_BYTES_MAX, SPLIT_POOLS_MAX, SPLIT_WEIGHT_MAX } from './limits.ts';
import { integer } from './quantities.ts';
import { match } from './schema-match.ts';
import { stages } from './schema-stages.ts';
import { textOfBytes, yes } from './texts.ts';
import { name, oneOf } from './words.ts';

const share = z.strictObject({
  pool: name('web').describe('The pool.'),
  weight: integer(0, SPLIT_WEIGHT_MAX)
    .describe('Its share of the connections, against the weights of the others; 0: none.')
    .prefault(defaults.SPLIT_WEIGHT),
});

const answer = z.strictObject({
  answer: textOfBytes(ANSWER_BYTES_MAX).describe(
    'What the client gets before FIN, such as `"HTTP/1.1 503 Service Unavailable\\r\\n\\r\\n"`, in double quotes.',
  ),
});

/** A pool, or several by weight. */
export function target() {
  return either(name('web'), list(share, SPLIT_POOLS_MAX, 'pool'));
}

/** Which connections, and what becomes of them. */
export const route = z.strictObject({
  name: name('web')
    .describe('Name in metrics and logs. Absent: the name of the listener, `/`, and the position from 0.')
    .optional(),
  match: match
    .describe(
      'Which connections: all keys must hold; a list holds when any of its values does. Absent: every connection.',
    )
    .optional(),
  to: target()
    .describe(
      'Pool that takes the connection, or a list of pools with weights, which share the connections. `original`: where a redirected client wanted to go. ' +
        'A route has one of `to`, `reject`, `echo` and `discard`.',
    )
    .optional(),
  sticky: oneOf(['source'])
    .describe(
      'With a list of pools: `source` lets the address of the client decide, so that a client keeps its pool as long as the weights stay. Absent: chance does.',
    )
    .optional(),
  reject: either(oneOf(['reset', 'close', 'tls_alert'], 'a map such as { answer: "…" }'), answer)
    .describe(
      'Turns the connection away: `reset` by RST, `close` by FIN, `tls_alert` by the TLS alert `unrecognized_name` and FIN, a map with an answer of its own and FIN.',
    )
    .optional(),
  echo: yes().describe('Sends back what the client sends, for trials.').optional(),
  discard: yes().describe('Takes what the client sends and answers nothing, for trials.').optional(),
  tls: oneOf(['passthrough'])
    .describe(
      '`passthrough`: TLS of these clients is not terminated, though the listener could; the match is asked with the ClientHello alone.',
    )
    .optional(),
  priority: integer(-QUEUE_PRIORITY_MAX, QUEUE_PRIORITY_MAX)
    .describe(
      'Where connections wait for a place at a backend, those of a lower number come first, whenever they came.',
    )
    .prefault(defaults.QUEUE_PRIORITY),
  stages: stages.describe('More stages, which bytes flow through after those of the listener.').optional(),
});
