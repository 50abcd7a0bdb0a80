import { z } from 'zod';
import { PROTOCOLS } from '../core/plan.ts';
import { list, oneOrMany } from './containers.ts';
import { hostPattern } from './host-names.ts';
import { MATCH_VALUES_MAX, MATCHES_MAX, NETWORKS_MAX } from './limits.ts';
import { network } from './places.ts';
import { portRange } from './ports.ts';
import { plainText, protocolName } from './texts.ts';
import { alpnName, flag } from './words.ts';

const PATTERNS =
  '`"*.example.com"` stands for one label more, `"**.example.com"` for any number, `"/…/"` is a regular expression for any part of it.';

/** Which connections a route takes. It can hold matches of its own. */
export const match = z
  .strictObject({
    protocol: oneOrMany(protocolName(), PROTOCOLS.length, 'protocol')
      .describe(
        'What the client speaks: one of these, or a name under `protocols`. `unknown`: none of them, or silence until `sniff.timeout`. ' +
          'Clients of `mysql`, `smtp` and `ftp` wait for the server, so that these hold for silence too. Inside TLS that is terminated here both `tls` and what is inside hold.',
      )
      .optional(),
    sni: oneOrMany(hostPattern(), MATCH_VALUES_MAX, 'server name')
      .describe(`Server name a TLS client asks for. ${PATTERNS}`)
      .optional(),
    alpn: oneOrMany(alpnName(), MATCH_VALUES_MAX, 'ALPN name')
      .describe('Protocol a TLS client offers (ALPN), such as `h2`.')
      .optional(),
    host: oneOrMany(hostPattern(), MATCH_VALUES_MAX, 'host')
      .describe('Host of an HTTP/1 request, without its port; patterns as for `sni`.')
      .optional(),
    postgres_user: oneOrMany(plainText('user'), MATCH_VALUES_MAX, 'user')
      .describe('User that a PostgreSQL client begins as.')
      .optional(),
    postgres_database: oneOrMany(plainText('database'), MATCH_VALUES_MAX, 'database')
      .describe('Database that a PostgreSQL client asks for; its user name where it names none.')
      .optional(),
    mqtt_client_id: oneOrMany(plainText('client id'), MATCH_VALUES_MAX, 'client id')
      .describe('Client id of an MQTT client.')
      .optional(),
    source: oneOrMany(network(), NETWORKS_MAX, 'network')
      .describe('Network the client comes from; with a PROXY header the one it names.')
      .optional(),
    destination: oneOrMany(network(), NETWORKS_MAX, 'network')
      .describe(
        'Network of the address the client connected to, before it was redirected; with a PROXY header the one it names.',
      )
      .optional(),
    port: oneOrMany(portRange(), MATCH_VALUES_MAX, 'port')
      .describe('Port of that address: a number, or a range such as `"8000-8100"`.')
      .optional(),
    original_destination: oneOrMany(network(), NETWORKS_MAX, 'network')
      .describe('Network where a redirected client wanted to go; with `transparent`.')
      .optional(),
    client_certificate: flag()
      .describe('Whether a good client certificate was shown; with `tls.client_ca`.')
      .optional(),
    get any(): z.ZodOptional<z.ZodArray<typeof match>> {
      return list(match, MATCHES_MAX, 'match').describe('Matches of which one must hold.').optional();
    },
    get all(): z.ZodOptional<z.ZodArray<typeof match>> {
      return list(match, MATCHES_MAX, 'match').describe('Matches that must all hold.').optional();
    },
    get not(): z.ZodOptional<typeof match> {
      return match.describe('A match that must not hold.').optional();
    },
  })
  .meta({ id: 'match' });
