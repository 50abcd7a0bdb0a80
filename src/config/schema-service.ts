import { z } from 'zod';
import { MACHINE_ENGINES, PLANE_CHOICES } from '../core/plan.ts';
import * as defaults from './defaults.ts';
import {
  CONNECTIONS_MAX,
  KEEPALIVE_MS_MAX,
  KEEPALIVE_MS_MIN,
  SOCKET_BYTES_MAX,
  SOCKET_BYTES_MIN,
  USER_TIMEOUT_MS_MIN,
} from './limits.ts';
import { adminAddress, httpAddress, traceUrl } from './places.ts';
import { duration, integer, size } from './quantities.ts';
import { filePath } from './texts.ts';
import { flag, oneOf, variableName } from './words.ts';
import { workersCount } from './workers.ts';

/** Options of every socket, accepted or dialed. */
export const socket = z.strictObject({
  no_delay: flag().describe('Small writes are sent at once (TCP_NODELAY).').prefault(defaults.NO_DELAY),
  keepalive: duration({ zero: 'never', min: KEEPALIVE_MS_MIN, max: KEEPALIVE_MS_MAX })
    .describe(
      'Silence after which the system asks whether the peer is still there (SO_KEEPALIVE); counted in whole seconds.',
    )
    .prefault(defaults.KEEPALIVE),
  receive_buffer: bufferSize()
    .describe(
      'Bytes a socket can hold that were not read yet (SO_RCVBUF), at most `net.core.rmem_max`. ' +
        '`system`: a buffer that grows and shrinks by itself, which is right but for many slow connections. The linux plane only.',
    )
    .prefault(defaults.RECEIVE_BUFFER),
  send_buffer: bufferSize()
    .describe(
      'Bytes a socket can hold that the peer has not acknowledged yet (SO_SNDBUF), at most `net.core.wmem_max`. ' +
        '`system`: a buffer that grows and shrinks by itself. The linux plane only.',
    )
    .prefault(defaults.SEND_BUFFER),
  user_timeout: duration({ zero: 'system', min: USER_TIMEOUT_MS_MIN })
    .describe(
      'How long bytes may stay unacknowledged before the connection counts as lost (TCP_USER_TIMEOUT, RFC 5482). ' +
        '`system`: some 15 minutes. The linux plane only.',
    )
    .prefault(defaults.USER_TIMEOUT),
  not_sent_lowat: bufferSize()
    .describe(
      'A socket takes more bytes only while fewer than these wait in it to be sent (TCP_NOTSENT_LOWAT). ' +
        '`system`: `net.ipv4.tcp_notsent_lowat`, which is as many as its buffer can hold where nobody has set it. The linux plane only.',
    )
    .prefault(defaults.NOT_SENT_LOWAT),
});

function bufferSize() {
  return size(SOCKET_BYTES_MIN, SOCKET_BYTES_MAX, 'system');
}

/** Limits of the whole process. */
export const processLimits = z.strictObject({
  connections: integer(1, CONNECTIONS_MAX, 'what the descriptors allow')
    .describe('Connections at once. Absent: what the descriptor limit of the process allows, at most 50000.')
    .optional(),
});

export const workers = workersCount();
export const machineEngine = oneOf(MACHINE_ENGINES);
export const plane = oneOf(PLANE_CHOICES);
export const reload = oneOf(['signal', 'watch']);

/** The door for operators and probes. */
export const admin = z.strictObject({
  listen: adminAddress().describe(
    'Where `/healthz`, `/readyz`, the API below `/v1` and a page to look at are served. An address that other machines reach needs `token_env` and `tls`.',
  ),
  token_env: variableName()
    .describe(
      'Name of the environment variable that holds the token which writes need (`Authorization: Bearer …`), and reads too where other machines reach the address. Absent: none is needed.',
    )
    .optional(),
  tls: z
    .strictObject({
      cert: filePath('certificate').describe('PEM file with the certificate, and the chain behind it.'),
      key: filePath('key').describe('PEM file with its private key, not encrypted; it can be the same file.'),
    })
    .describe('Served by HTTPS with this certificate. Absent: plain HTTP.')
    .optional(),
  trace_url: traceUrl()
    .describe(
      'Where the trace of a connection can be looked at, with `{trace_id}` for its id; the page links to it. Absent: it shows the id alone.',
    )
    .optional(),
});

/** The door for Toxiproxy's client libraries. */
export const toxiproxy = z.strictObject({
  listen: httpAddress()
    .describe(
      'Where the API is served. A loopback address, since its clients know no token, and whoever reaches it opens ports and makes faults.',
    )
    .prefault(defaults.TOXIPROXY_LISTEN),
  allow_remote: flag()
    .describe(
      'An address that other machines reach is allowed; what reaches it decides what this proxy does.',
    )
    .prefault(defaults.TOXIPROXY_ALLOW_REMOTE),
});
