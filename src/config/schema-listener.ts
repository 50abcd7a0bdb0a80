import { z } from 'zod';
import { TRANSPARENT_MODES } from '../core/plan.ts';
import { list } from './containers.ts';
import * as defaults from './defaults.ts';
import {
  ACCEPTS_PER_SECOND_MAX,
  CONNECTIONS_MAX,
  NETWORKS_MAX,
  ROUTES_PER_LISTENER_MAX,
  SNIFF_BYTES_MAX,
  SNIFF_BYTES_MIN,
  WAITING_MAX,
} from './limits.ts';
import { listenAddress, network } from './places.ts';
import { countRate, duration, integer, size } from './quantities.ts';
import { proxyIn, trusted } from './schema-proxy.ts';
import { route, target } from './schema-route.ts';
import { stages } from './schema-stages.ts';
import { listenerTimeouts } from './schema-timeouts.ts';
import { listenerTls } from './schema-tls.ts';
import { name, oneOf } from './words.ts';

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

/** An address to listen on and what is done with the connections that come. */
export const listener = z.strictObject({
  name: name('edge').describe('Name in metrics and logs, used once.'),
  listen: listenAddress().describe(
    'Where to wait for clients: `127.0.0.1:8080`, `"[::1]:8080"`, `":8080"` for all interfaces, or `unix:/run/x.sock`. ' +
      'Port 0 takes a free one.',
  ),
  to: target()
    .describe(
      'Pool that takes every connection, or a list of pools with weights: short for `routes` with one route without `match`.',
    )
    .optional(),
  routes: list(route, ROUTES_PER_LISTENER_MAX, 'route')
    .describe('The first route that matches decides. A connection that none matches is reset.')
    .optional(),
  stages: stages
    .describe(
      'What bytes flow through on their way, in order, whatever the route. Each item has one key, the kind of stage.',
    )
    .optional(),
  proxy_protocol: proxyIn
    .describe(
      'PROXY headers, in which a proxy in front says where the client is: `accept`: taken where there is one; `require`: a client without is turned away; ' +
        '`off`: not looked for. From clients that are not `trusted` none is taken.',
    )
    .prefault(defaults.PROXY_PROTOCOL),
  trusted: trusted()
    .describe('Networks whose clients may send PROXY headers; whoever reaches a Unix socket may.')
    .optional(),
  tls: listenerTls
    .describe('TLS that is terminated here; a route can pass it through. Absent: all TLS is passed through.')
    .optional(),
  transparent: oneOf(TRANSPARENT_MODES)
    .describe(
      'Clients did not mean to come here: `redirect`: a rule of nftables sent them (REDIRECT, DNAT); `tproxy`: a TPROXY rule. The linux plane only.',
    )
    .prefault(defaults.TRANSPARENT),
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
