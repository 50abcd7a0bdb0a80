import { z } from 'zod';
import { list } from './containers.ts';
import * as defaults from './defaults.ts';
import { DNS_ATTEMPTS_MAX, DNS_SERVERS_MAX, DNS_TIMEOUT_MS_MAX, TTL_MS_MIN } from './limits.ts';
import { dnsServer } from './places-dialing.ts';
import { duration, integer } from './quantities.ts';

/** How names of backends are resolved. */
export const resolver = z.strictObject({
  servers: list(dnsServer(), DNS_SERVERS_MAX, 'server')
    .describe(
      'DNS servers, asked in this order, for the names as they stand. ' +
        'Absent: as the system is set up, by `/etc/hosts` and `/etc/resolv.conf` with its search list.',
    )
    .optional(),
  timeout: duration({ max: DNS_TIMEOUT_MS_MAX })
    .describe('How long one server may take to answer one question.')
    .prefault(defaults.DNS_TIMEOUT),
  attempts: integer(1, DNS_ATTEMPTS_MAX)
    .describe('Rounds through the servers before a name counts as unresolved.')
    .prefault(defaults.DNS_ATTEMPTS),
  min_ttl: duration({ min: TTL_MS_MIN })
    .describe('A name is never asked for again sooner than after this time, whatever its TTL.')
    .prefault(defaults.TTL_MIN),
  max_ttl: duration({ min: TTL_MS_MIN })
    .describe('A name is always asked for again after this time, whatever its TTL.')
    .prefault(defaults.TTL_MAX),
  negative_ttl: duration({ min: TTL_MS_MIN })
    .describe('Longest wait before a name that could not be resolved is asked for again.')
    .prefault(defaults.NEGATIVE_TTL),
});
