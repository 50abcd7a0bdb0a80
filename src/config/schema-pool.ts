import { z } from 'zod';
import { ADDRESS_FAMILIES } from '../core/names.ts';
import { BALANCE_POLICIES } from '../core/plan.ts';
import { either, list } from './containers.ts';
import * as defaults from './defaults.ts';
import {
  ATTEMPT_DELAY_MS_MAX,
  ATTEMPT_DELAY_MS_MIN,
  BACKENDS_MAX,
  CONNECTIONS_MAX,
  CONNECTS_PER_SECOND_MAX,
  PRIORITY_MAX,
  RETRIES_MAX,
  WEIGHT_MAX,
} from './limits.ts';
import { dialAddress, ipAddress, sourceAddress } from './places.ts';
import { portRange, serviceName } from './places-dialing.ts';
import { countRate, duration, integer, wholePercentage } from './quantities.ts';
import { hash } from './schema-hash.ts';
import { health } from './schema-health.ts';
import { onDown, onUp, passive } from './schema-passive.ts';
import { preconnect } from './schema-preconnect.ts';
import { proxyOut } from './schema-proxy.ts';
import { queue, sticky } from './schema-queue.ts';
import { connectTls } from './schema-tls.ts';
import { backendName, flag, oneOf } from './words.ts';

const backend = z.strictObject({
  name: backendName()
    .describe('Name in metrics and logs, used once in the pool. Absent: the address.')
    .optional(),
  address: dialAddress()
    .describe('Where it is: `host:port`, `"[::1]:port"` or `unix:/path`. Each backend has this or `srv`.')
    .optional(),
  srv: serviceName()
    .describe(
      'Instead of an address: a name whose SRV records say the servers, their ports, weights and priorities. ' +
        'Each is a backend named `target:port`; they come and go with the records. See docs/dialing.md.',
    )
    .optional(),
  resolve: oneOf(ADDRESS_FAMILIES)
    .describe('Which addresses of a name are asked for and used.')
    .prefault(defaults.ADDRESS_FAMILIES),
  weight: integer(1, WEIGHT_MAX)
    .describe('Its share of the connections, against the weights of the others, where the policy heeds it.')
    .prefault(defaults.WEIGHT),
  priority: integer(0, PRIORITY_MAX)
    .describe('Used only when no backend with a lower number can be.')
    .prefault(defaults.PRIORITY),
  backup: flag()
    .describe('Used only when no backend that is no backup can be, whatever its priority.')
    .prefault(defaults.BACKUP),
  max_connections: integer(1, CONNECTIONS_MAX, 'no limit')
    .describe('Connections to it at once. Absent: no limit.')
    .optional(),
  connect_rate: countRate(CONNECTS_PER_SECOND_MAX)
    .describe(
      'Connections begun to it in a second, failed ones included; as many may come at once after a pause. Absent: no limit.',
    )
    .optional(),
});

const source = z.strictObject({
  address: ipAddress()
    .describe('IP address of this machine. Absent: the one that the system chooses.')
    .optional(),
  ports: portRange().describe('Local ports, taken by turns.'),
});

const connect = z.strictObject({
  timeout: duration()
    .describe(
      'An attempt to connect that takes longer has failed, whatever the number of addresses that it tries.',
    )
    .prefault(defaults.CONNECT_TIMEOUT),
  deadline: duration()
    .describe('All attempts of a connection together, with the waits between them. Absent: no such deadline.')
    .optional(),
  attempt_delay: duration({ min: ATTEMPT_DELAY_MS_MIN, max: ATTEMPT_DELAY_MS_MAX })
    .describe(
      'Where a name has several addresses, IPv6 and IPv4: how long one may take to answer before the next one is tried as well (RFC 8305).',
    )
    .prefault(defaults.ATTEMPT_DELAY),
  retries: integer(0, RETRIES_MAX)
    .describe('Attempts after the first, on other backends as long as there are any.')
    .prefault(defaults.CONNECT_RETRIES),
  abort_on_fin: flag()
    .describe(
      'Whether a client that finishes sending before a backend is reached is given up. ' +
        'Otherwise its bytes are delivered and it gets the answer.',
    )
    .prefault(defaults.ABORT_ON_FIN),
  source: either(sourceAddress(), source)
    .describe(
      'IP address of this machine from which its TCP backends are connected to. `client`: that of the client (IP_TRANSPARENT), on the linux plane only. ' +
        'A map with `ports` says from which local ports as well. Absent: what the system chooses.',
    )
    .optional(),
  proxy_protocol: proxyOut
    .describe('The PROXY header that backends get: `v1`, `v2`, or a map.')
    .prefault(defaults.PROXY_PROTOCOL),
  tls: connectTls
    .describe('TLS to the backends: `true` with the defaults of the map. Absent or `false`: none.')
    .prefault(false),
});

/** Backends that can stand in for each other. */
export const pool = z.strictObject({
  balance: oneOf(BALANCE_POLICIES)
    .describe(
      'Which backend a connection gets; all heed weights. The next one (`round_robin`, also called `weighted_round_robin`), the one with the fewest connections (`least_connections`), ' +
        'any (`random`), of two drawn the one with fewer connections (`two_choices`) or that should answer sooner (`ewma`), ' +
        'or by the address of the client (`ip_hash`) or what `hash` says (`hash`, `maglev`). See docs/balancing.md.',
    )
    .prefault(defaults.BALANCE),
  hash: hash.describe('What `hash` and `maglev` go by.').prefault({}),
  panic: wholePercentage(1, 100)
    .describe(
      'A priority is left for the next one where fewer of its backends are not unhealthy, and where all are like that health is ignored. ' +
        'Absent: a priority serves as long as one backend of it does, and health always counts.',
    )
    .optional(),
  slow_start: duration()
    .describe(
      'For so long a backend that came back, or was added, gets a share that grows evenly to its full one. Absent: it gets all at once.',
    )
    .optional(),
  backends: list(either(dialAddress(), backend), BACKENDS_MAX, 'backend')
    .describe('The backends, each an address or a map. Every pool has some, but the one named `original`.')
    .optional(),
  health: either(oneOf(['off'], 'a map such as { interval: 2s }'), health)
    .describe(
      'How backends are probed, with the defaults for `{}`. `off` or absent: not at all, all count as healthy.',
    )
    .prefault('off'),
  passive: either(oneOf(['off'], 'a map such as { failures: 5 }'), passive)
    .describe(
      'When a backend is ejected for what happens to connections, with the defaults for `{}`. `off` or absent: never. See docs/ejection.md.',
    )
    .prefault('off'),
  on_down: onDown,
  on_up: onUp.describe('What happens when a backend has come back.').prefault({}),
  connect: connect.describe('How backends are connected to.').prefault({}),
  max_connections: integer(1, CONNECTIONS_MAX, 'no limit')
    .describe('Connections to all its backends at once. Absent: no limit but those of the backends.')
    .optional(),
  queue: queue
    .describe(
      'Connections wait here while every backend that could be used is full, with the defaults for `{}`. Absent: none waits. See docs/queues.md.',
    )
    .optional(),
  on_full: oneOf(['reset', 'close', 'wait'])
    .describe(
      'What happens to a connection for which there is no place, nor one in the queue: `reset` ends it by RST, `close` by FIN; ' +
        '`wait` is short for `queue: {}`, and RST where that is full.',
    )
    .prefault(defaults.ON_FULL),
  sticky: sticky
    .describe(
      'A client comes back to the backend it had, with the defaults for `{}`. Absent: the policy chooses each time.',
    )
    .optional(),
  preconnect: preconnect
    .describe(
      'TCP connections to backends are made before a client needs them, with the defaults for `{}`. Absent: none is. See docs/preconnect.md.',
    )
    .optional(),
});
