import { z } from 'zod';
import { either, list, oneOrMany } from './containers.ts';
import * as defaults from './defaults.ts';
import { serverName } from './host-names.ts';
import {
  HTTP_HEADERS_MAX,
  HTTP_STATUS_RANGES_MAX,
  PORT_MAX,
  PROBE_INTERVAL_MS_MIN,
  PROBE_REGEX_CHARACTERS_MAX,
  PROBE_STEPS_MAX,
  PROBE_TEXT_BYTES_MAX,
  PROBES_IN_A_ROW_MAX,
} from './limits.ts';
import { hostOnly } from './places.ts';
import { headerName, headerValue, hexBytes, httpMethod, httpPath, httpStatus } from './probe-texts.ts';
import { duration, integer, percentage } from './quantities.ts';
import { filePath, plainText, textOfBytes } from './texts.ts';
import { flag, oneOf } from './words.ts';

/** Probes that need no map. */
const KINDS = ['tcp', 'tls', 'http', 'redis', 'postgres', 'mysql', 'smtp'] as const;

const text = () => textOfBytes(PROBE_TEXT_BYTES_MAX);
const hex = () => hexBytes(PROBE_TEXT_BYTES_MAX).describe('Bytes as pairs of hex digits.');
const regex = () =>
  plainText('regular expression', PROBE_REGEX_CHARACTERS_MAX).describe(
    'Regular expression over bytes, each of them one character of Latin-1. It holds anywhere, unless it begins with `^`.',
  );

const send = () =>
  either(text(), z.strictObject({ hex: hex() })).describe('What is sent: a text in UTF-8, or `{ hex: … }`.');
const expect = () =>
  either(text(), z.strictObject({ hex: hex().optional(), regex: regex().optional() })).describe(
    'What the answer must have somewhere: a text, `{ hex: … }` or `{ regex: … }`. Bytes behind it are for the next step.',
  );

const step = z.strictObject({ send: send().optional(), expect: expect().optional() });

const tls = z.strictObject({
  server_name: serverName()
    .describe('Name that is sent and that the certificate must be for. Absent: as clients of the pool do.')
    .optional(),
  ca: filePath('authorities')
    .describe('PEM file with the authorities. Absent: those of `connect.tls`, else of Node.js.')
    .optional(),
  verify: flag()
    .describe('Whether the certificate is checked. Absent: as `connect.tls` says, else yes.')
    .optional(),
  expires_within: duration()
    .describe(
      'A certificate that ends within this time is told of, or fails the probe. Absent: its end is not looked at.',
    )
    .optional(),
  on_expiry: oneOf(['unhealthy', 'warn'])
    .describe('What comes of such a certificate: the probe fails, or an error is logged once.')
    .prefault(defaults.PROBE_ON_EXPIRY),
});

const probeTls = () => either(flag('a map such as { expires_within: 7d }'), tls);

const http = z.strictObject({
  path: httpPath().describe('What is asked for.').prefault(defaults.PROBE_PATH),
  method: httpMethod().describe('How.').prefault(defaults.PROBE_METHOD),
  host: plainText('host')
    .describe('The Host header. Absent: the server name of TLS, else where the backend is.')
    .optional(),
  headers: z
    .record(headerName(), headerValue())
    .describe(`More headers, by name; at most ${HTTP_HEADERS_MAX}.`)
    .prefault({}),
  status: oneOrMany(httpStatus(), HTTP_STATUS_RANGES_MAX, 'status')
    .describe('Codes that pass, each a number or a range.')
    .prefault(defaults.PROBE_STATUS),
  body: expect()
    .describe(
      'What the body must have somewhere: a text, `{ hex: … }` or `{ regex: … }`. Absent: it is not read.',
    )
    .optional(),
  tls: probeTls().describe('Whether the request is made over TLS, and how.').prefault(false),
});

const probe = z.strictObject({
  tls: probeTls()
    .describe(
      'By itself: passes when TLS stands. Beside `send`, `expect`, `steps`, `redis`, `smtp`, `agent`: they are made over TLS.',
    )
    .prefault(false),
  http: http.describe('A request of HTTP/1.1 and its status.').optional(),
  send: send().optional(),
  expect: expect().optional(),
  steps: list(step, PROBE_STEPS_MAX, 'step')
    .describe('Several steps of `send` and `expect`, one after the other.')
    .optional(),
  redis: z.strictObject({}).describe('PING; a server that asks for a password is well.').optional(),
  postgres: z
    .strictObject({
      user: plainText('user').describe('Who logs in; without a password.').prefault(defaults.PROBE_USER),
      database: plainText('database').describe('Where to. Absent: the name of the user.').optional(),
    })
    .describe('A login without a password; being refused it is a sign of life.')
    .optional(),
  mysql: z
    .strictObject({
      user: plainText('user').describe('Who logs in; without a password.').prefault(defaults.PROBE_USER),
    })
    .describe('The greeting and a login without a password; being refused it is a sign of life.')
    .optional(),
  smtp: z
    .strictObject({
      helo: plainText('name').describe('The name given to EHLO.').prefault(defaults.PROBE_HELO),
    })
    .describe('The greeting, EHLO and QUIT.')
    .optional(),
  agent: z
    .strictObject({
      port: integer(1, PORT_MAX)
        .describe('Port of the agent. Absent: that of `port` beside `probe`, else of the backend.')
        .optional(),
      send: text().describe('Sent first. Absent: nothing.').optional(),
    })
    .describe('An agent that says what is to be done, in the words of HAProxy: `75% up maxconn:30`.')
    .optional(),
});

const interval = () => duration({ min: PROBE_INTERVAL_MS_MIN });

/** How backends are probed. */
export const health = z.strictObject({
  interval: interval()
    .describe('From one probe of a backend to the next.')
    .prefault(defaults.HEALTH_INTERVAL),
  fast_interval: interval()
    .describe(
      'Instead of `interval` while results contradict what is known, until `rise` or `fall` decides. Absent: as `interval`.',
    )
    .optional(),
  down_interval: interval()
    .describe(
      'Instead of `interval` while a backend is unhealthy and no result contradicts that. Absent: as `interval`.',
    )
    .optional(),
  jitter: percentage()
    .describe('Each interval is made shorter or longer at random, by at most this part of it.')
    .prefault(defaults.HEALTH_JITTER),
  timeout: duration().describe('A probe that takes longer has failed.').prefault(defaults.HEALTH_TIMEOUT),
  rise: integer(1, PROBES_IN_A_ROW_MAX)
    .describe('Probes in a row that must pass before an unhealthy backend is healthy.')
    .prefault(defaults.HEALTH_RISE),
  fall: integer(1, PROBES_IN_A_ROW_MAX)
    .describe('Probes in a row that must fail before a healthy backend is unhealthy.')
    .prefault(defaults.HEALTH_FALL),
  port: integer(1, PORT_MAX).describe("Port that is probed. Absent: the backend's.").optional(),
  address: hostOnly().describe("Host that is probed. Absent: the backend's.").optional(),
  proxy_protocol: oneOf(['off', 'v1', 'v2'])
    .describe(
      'The PROXY header that a probe begins with: UNKNOWN (`v1`) or LOCAL (`v2`), since no client stands behind it.',
    )
    .prefault(defaults.PROXY_PROTOCOL),
  probe: either(oneOf(KINDS, 'a map such as { http: { path: /healthz } }'), probe)
    .describe(
      'What a probe does, with the defaults of its map where it is a word: `tcp` passes when the backend takes a connection. See docs/health.md.',
    )
    .prefault(defaults.HEALTH_PROBE),
});
