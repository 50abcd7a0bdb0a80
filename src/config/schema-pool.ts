import { z } from 'zod';
import { BALANCE_POLICIES } from '../core/plan.ts';
import { either, list } from './containers.ts';
import * as defaults from './defaults.ts';
import {
  BACKENDS_MAX,
  CONNECTIONS_MAX,
  PROBE_INTERVAL_MS_MIN,
  PROBES_IN_A_ROW_MAX,
  RETRIES_MAX,
  WEIGHT_MAX,
} from './limits.ts';
import { dialAddress, ipAddress } from './places.ts';
import { duration, integer } from './quantities.ts';
import { proxyOut } from './schema-proxy.ts';
import { connectTls } from './schema-tls.ts';
import { backendName, flag, oneOf } from './words.ts';

const backend = z.strictObject({
  name: backendName()
    .describe('Name in metrics and logs, used once in the pool. Absent: the address.')
    .optional(),
  address: dialAddress().describe('Where it is: `host:port`, `"[::1]:port"` or `unix:/path`.'),
  weight: integer(1, WEIGHT_MAX)
    .describe('Its share of the connections, against the weights of the others, where the policy heeds it.')
    .prefault(defaults.WEIGHT),
  backup: flag().describe('Used only when no backend that is no backup can be.').prefault(defaults.BACKUP),
  max_connections: integer(1, CONNECTIONS_MAX, 'no limit')
    .describe('Connections to it at once. Absent: no limit.')
    .optional(),
});

const health = z.strictObject({
  interval: duration({ min: PROBE_INTERVAL_MS_MIN })
    .describe('From one probe of a backend to the next.')
    .prefault(defaults.HEALTH_INTERVAL),
  timeout: duration().describe('A probe that takes longer has failed.').prefault(defaults.HEALTH_TIMEOUT),
  rise: integer(1, PROBES_IN_A_ROW_MAX)
    .describe('Probes in a row that must pass before an unhealthy backend is healthy.')
    .prefault(defaults.HEALTH_RISE),
  fall: integer(1, PROBES_IN_A_ROW_MAX)
    .describe('Probes in a row that must fail before a healthy backend is unhealthy.')
    .prefault(defaults.HEALTH_FALL),
  probe: oneOf(['tcp'])
    .describe('`tcp`: passes when the backend takes a connection.')
    .prefault(defaults.HEALTH_PROBE),
});

const connect = z.strictObject({
  timeout: duration()
    .describe('An attempt to connect that takes longer has failed.')
    .prefault(defaults.CONNECT_TIMEOUT),
  retries: integer(0, RETRIES_MAX)
    .describe('Attempts after the first, on other backends as long as there are any.')
    .prefault(defaults.CONNECT_RETRIES),
  abort_on_fin: flag()
    .describe(
      'Whether a client that finishes sending before a backend is reached is given up. ' +
        'Otherwise its bytes are delivered and it gets the answer.',
    )
    .prefault(defaults.ABORT_ON_FIN),
  source: ipAddress()
    .describe(
      'IP address of this machine from which its TCP backends are connected to. `client`: that of the client (IP_TRANSPARENT), on the linux plane only. ' +
        'Absent: the one that the system chooses.',
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
      'Which backend a connection gets: the next one (`round_robin`), the next one by weight (`weighted_round_robin`), ' +
        'the one with the fewest connections for its weight (`least_connections`), or by the address of the client (`ip_hash`).',
    )
    .prefault(defaults.BALANCE),
  backends: list(either(dialAddress(), backend), BACKENDS_MAX, 'backend')
    .describe('The backends, each an address or a map. Every pool has some, but the one named `original`.')
    .optional(),
  health: either(oneOf(['off'], 'a map such as { interval: 2s }'), health)
    .describe(
      'How backends are probed, with the defaults for `{}`. `off` or absent: not at all, all count as healthy.',
    )
    .prefault('off'),
  connect: connect.describe('How backends are connected to.').prefault({}),
});
