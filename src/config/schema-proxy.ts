import { z } from 'zod';
import { PROXY_OUT_TLVS } from '../core/plan.ts';
import { either, list } from './containers.ts';
import * as defaults from './defaults.ts';
import { NETWORKS_MAX } from './limits.ts';
import { network } from './places.ts';
import { duration } from './quantities.ts';
import { oneOf } from './words.ts';

const MODES = ['off', 'accept', 'require'] as const;
const VERSIONS = ['v1', 'v2'] as const;

/** Networks whose clients may send PROXY headers. */
export function trusted() {
  return list(network(), NETWORKS_MAX, 'network');
}

const accepting = z.strictObject({
  mode: oneOf(MODES).describe('As without a map.'),
  trusted: trusted().describe('As `trusted` beside it.').optional(),
  timeout: duration().describe('How long a client may take for its header.').prefault(defaults.PROXY_TIMEOUT),
});

/** How a listener takes PROXY headers. */
export const proxyIn = either(oneOf(MODES, 'a map such as { mode: require, timeout: 1s }'), accepting);

const sending = z.strictObject({
  version: oneOf(VERSIONS).describe('`v1`: one line of text; `v2`: binary.'),
  tlvs: list(oneOf(PROXY_OUT_TLVS), PROXY_OUT_TLVS.length, 'TLV')
    .describe(
      'What goes with a header of `v2`: the ALPN agreed on, the server name (`authority`), facts of TLS with the client certificate (`ssl`), an id of the connection (`unique_id`), ' +
        'a checksum (`crc32c`), and the trace context for a Sluice behind this one (`trace`). Absent: nothing.',
    )
    .optional(),
});

/** The PROXY header that backends get. */
export const proxyOut = either(
  oneOf(['off', ...VERSIONS], 'a map such as { version: v2, tlvs: [alpn] }'),
  sending,
);
