import { z } from 'zod';
import { PROTOCOLS } from '../core/plan.ts';
import { list, oneOrMany } from './containers.ts';
import * as defaults from './defaults.ts';
import {
  ACCEPTS_PER_SECOND_MAX,
  CONNECTIONS_MAX,
  MATCH_VALUES_MAX,
  NETWORKS_MAX,
  ROUTES_PER_LISTENER_MAX,
  SNIFF_BYTES_MAX,
  SNIFF_BYTES_MIN,
  WAITING_MAX,
} from './limits.ts';
import { listenAddress, network } from './places.ts';
import { countRate, duration, integer, size } from './quantities.ts';
import { stages } from './schema-stages.ts';
import { listenerTimeouts } from './schema-timeouts.ts';
import { alpnName, name, oneOf, serverName } from './words.ts';

const sniff = z.strictObject({
  timeout: duration()
    .describe(
      'How long to wait for the first bytes of a client. A client that was silent for so long has the protocol `unknown`.',
    )
    .prefault(defaults.SNIFF_TIMEOUT),
  bytes: size(SNIFF_BYTES_MIN, SNIFF_BYTES_MAX)
    .describe('How many of the first bytes are looked at.')
    .prefault(defaults.SNIFF_BYTES),
});

const limits = z.strictObject({
  connections: integer(1, CONNECTIONS_MAX, 'no limit')
    .describe('Connections of this listener at once. Absent: no limit but that of the process.')
    .optional(),
  connections_per_ip: integer(1, CONNECTIONS_MAX, 'no limit')
    .describe(
      'Connections of one client address at once. All clients of a Unix socket count as one. Absent: no limit.',
    )
    .optional(),
  accept_rate: countRate(ACCEPTS_PER_SECOND_MAX)
    .describe('Connections accepted a second; as many may come at once after a pause. Absent: no limit.')
    .optional(),
  on_limit: oneOf(['reset', 'close', 'wait'])
    .describe(
      'What happens to a client over a limit: `reset` ends it by RST, `close` by FIN, ' +
        '`wait` keeps it for up to `timeouts.queue` until a place is free.',
    )
    .prefault(defaults.ON_LIMIT),
  waiting: integer(1, WAITING_MAX)
    .describe('With `on_limit: wait`: how many clients may wait at once. The next one is reset.')
    .prefault(defaults.WAITING),
});

const match = z.strictObject({
  protocol: oneOrMany(oneOf(PROTOCOLS), PROTOCOLS.length, 'protocol')
    .describe('What the client speaks. `unknown`: none of the others, or silence until `sniff.timeout`.')
    .optional(),
  sni: oneOrMany(serverName(), MATCH_VALUES_MAX, 'server name')
    .describe(
      'Server name a TLS client asks for. `"*.example.com"` stands for one label more, `"**.example.com"` for any number.',
    )
    .optional(),
  alpn: oneOrMany(alpnName(), MATCH_VALUES_MAX, 'ALPN name')
    .describe('Protocol a TLS client offers (ALPN), such as `h2`.')
    .optional(),
  source: oneOrMany(network(), NETWORKS_MAX, 'network').describe('Network the client comes from.').optional(),
});

const route = z.strictObject({
  name: name('web')
    .describe('Name in metrics and logs. Absent: the name of the listener, `/`, and the position from 0.')
    .optional(),
  match: match
    .describe(
      'Which connections: all keys must hold; a list holds when any of its values does. Absent: every connection.',
    )
    .optional(),
  to: name('web').describe('Pool that takes the connection. A route has either `to` or `reject`.').optional(),
  reject: oneOf(['reset', 'close'])
    .describe('Turns the connection away: `reset` by RST, `close` by FIN.')
    .optional(),
  stages: stages.describe('More stages, which bytes flow through after those of the listener.').optional(),
});

/** An address to listen on and what is done with the connections that come. */
export const listener = z.strictObject({
  name: name('edge').describe('Name in metrics and logs, used once.'),
  listen: listenAddress().describe(
    'Where to wait for clients: `127.0.0.1:8080`, `"[::1]:8080"`, `":8080"` for all interfaces, or `unix:/run/x.sock`. ' +
      'Port 0 takes a free one.',
  ),
  to: name('web')
    .describe('Pool that takes every connection: short for `routes` with one route without `match`.')
    .optional(),
  routes: list(route, ROUTES_PER_LISTENER_MAX, 'route')
    .describe('The first route that matches decides. A connection that none matches is reset.')
    .optional(),
  stages: stages
    .describe(
      'What bytes flow through on their way, in order, whatever the route. Each item has one key, the kind of stage.',
    )
    .optional(),
  sniff: sniff
    .describe('How clients are recognised, where a route has to know what they speak.')
    .prefault({}),
  limits: limits.describe('How many connections this listener takes.').prefault({}),
  allow: list(network(), NETWORKS_MAX, 'network')
    .describe('Networks whose clients may connect. Absent: all.')
    .optional(),
  deny: list(network(), NETWORKS_MAX, 'network')
    .describe('Networks whose clients are turned away, even where `allow` has them. Absent: none.')
    .optional(),
  timeouts: listenerTimeouts
    .describe('Deadlines of this listener; what is not set here is taken from the global `timeouts`.')
    .prefault({}),
});
