import { z } from 'zod';
import { either, list, oneOrMany } from './containers.ts';
import * as defaults from './defaults.ts';
import { serverName } from './host-names.ts';
import { CERTIFICATES_MAX, MATCH_VALUES_MAX } from './limits.ts';
import { duration } from './quantities.ts';
import { cipherList, filePath } from './texts.ts';
import { alpnName, flag, oneOf } from './words.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const STARTTLS = ['postgres'] as const;

const certificate = z.strictObject({
  cert: filePath('certificate').describe(
    'PEM file with the certificate and the chain behind it. Relative paths begin at the folder of the configuration; a file that changes is read again.',
  ),
  key: filePath('key').describe('PEM file with its private key, not encrypted; it can be the same file.'),
  default: flag()
    .describe('Shown to clients that name no server, or one that no certificate is for.')
    .prefault(defaults.CERTIFICATE_DEFAULT),
});

function versionMin() {
  return oneOf(VERSIONS).describe('The oldest version that is spoken.').prefault(defaults.TLS_VERSION_MIN);
}

function handshakeTimeout() {
  return duration()
    .describe('A handshake that takes longer has failed.')
    .prefault(defaults.HANDSHAKE_TIMEOUT);
}

/** TLS that is terminated here. */
export const listenerTls = z.strictObject({
  certificates: list(certificate, CERTIFICATES_MAX, 'certificate').describe(
    'Chosen by the server name that the client asks for, among the names in them. For one name there may be one of RSA, one of ECDSA and one of Ed25519.',
  ),
  client_ca: filePath('authorities')
    .describe(
      'PEM file with the authorities whose client certificates are good. Absent: clients are asked for none.',
    )
    .optional(),
  client_auth: oneOf(['optional', 'required'])
    .describe(
      'Whether a client must show a certificate. One that is shown must be good either way. Absent: `required`, where there is `client_ca`.',
    )
    .optional(),
  alpn: oneOrMany(alpnName(), MATCH_VALUES_MAX, 'ALPN name')
    .describe('Protocols that clients can choose by ALPN, the best first. Absent: ALPN is not answered.')
    .optional(),
  min_version: versionMin(),
  ciphers: cipherList().describe('Cipher list of OpenSSL. Absent: the default of Node.js.').optional(),
  session_tickets: flag()
    .describe('Whether a client can resume its session by a ticket.')
    .prefault(defaults.SESSION_TICKETS),
  handshake_timeout: handshakeTimeout(),
  key_log: filePath('key log')
    .describe(
      'File that the secrets of every session are written to, for Wireshark: who has it can read everything. Absent: none.',
    )
    .optional(),
  required: flag().describe('Clients that do not speak TLS are turned away.').prefault(defaults.TLS_REQUIRED),
  starttls: oneOrMany(oneOf(STARTTLS), STARTTLS.length, 'protocol')
    .describe('Protocols that begin in plain text and ask for TLS, which are answered and terminated.')
    .optional(),
});

const backendTls = z.strictObject({
  server_name: serverName()
    .describe(
      'Name that is sent and that the certificate must be for. `client`: the one the client asked for. Absent: the host of the backend, where that is a name.',
    )
    .optional(),
  ca: filePath('authorities').describe('PEM file with the authorities. Absent: those of Node.js.').optional(),
  verify: flag().describe('Whether the certificate is checked.').prefault(defaults.TLS_VERIFY),
  cert: filePath('certificate')
    .describe('PEM file with the certificate, and its chain, for backends that ask for one.')
    .optional(),
  key: filePath('key').describe('PEM file with its private key.').optional(),
  alpn: either(oneOf(['pass'], 'a list such as [h2]'), list(alpnName(), MATCH_VALUES_MAX, 'ALPN name'))
    .describe('Protocols that are offered by ALPN. `pass`: the one agreed on with the client.')
    .prefault(defaults.BACKEND_ALPN),
  min_version: versionMin(),
  handshake_timeout: handshakeTimeout(),
});

/** TLS to backends. */
export const connectTls = either(flag('a map such as { server_name: app.internal }'), backendTls);
