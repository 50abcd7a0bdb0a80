import type { KnownProtocol, Protocol, Sniffed } from '../../src/core/sniffed.ts';
import { alpn, bytesOf, extension, helloMessage, helloOfSize, records, serverName } from './client-hellos.ts';

/** What a client sends, and what is to be found in it. */
export interface Sample {
  readonly name: string;
  /** They end where the last of what is to be found falls. */
  readonly bytes: Uint8Array;
  readonly sniffed: Sniffed;
  /** How many of the bytes make the protocol certain: all of them, where no field follows. */
  readonly certainAt: number;
}

const GREASE = extension(0x4a4a, new Uint8Array(0));
const TLS = { protocol: 'tls', tlsVersion: 'TLSv1.2' } as const;
const NAMED = { ...TLS, sni: 'a.example.com', alpn: ['h2', 'http/1.1'] } as const;
const named = [GREASE, serverName('a.example.com'), alpn('h2', 'http/1.1'), extension(0xfafa, bytesOf(0))];
const REQUEST = 'GET / HTTP/1.1\r\n';
const UPGRADE = 'Host: b.example\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n';

/** For each protocol what its clients send. The contract in `contract.test.ts` is run over all of them. */
export const SAMPLES = {
  tls: [
    sample('tls', 'one record', records(helloMessage({ extensions: named })), NAMED),
    sample('tls', 'records of one byte', records(helloMessage({ extensions: named }), 1), NAMED),
    sample('tls', 'records of 100 bytes', records(helloMessage({ extensions: named }), 100), NAMED),
    sample('tls', 'a post-quantum key share', records(helloOfSize(1800, ...named)), NAMED),
    sample('tls', '16 KiB in five records', records(helloOfSize(2 ** 14, ...named), 3500), NAMED),
    sample('tls', 'no extensions at all', records(helloMessage({ extensions: null })), TLS),
    sample('tls', 'an empty list of extensions', records(helloMessage({ extensions: [] })), TLS),
  ],
  http1: [
    http('GET / HTTP/1.1\r\n', '\r\n', {}),
    http('OPTIONS * HTTP/1.0\r\n', 'Accept: */*\r\n\r\n', {}),
    http('CONNECT a.example.com:443 HTTP/1.1\n', '\n', { host: 'a.example.com' }),
    http('POST http://a.example.com/x?y=z HTTP/1.1\r\n', 'Host: b\r\n\r\n', { host: 'a.example.com' }),
    http('VERSION-CONTROL /caf\u00e9 HTTP/1.1\r\n', 'host:A.B.:80\n\r\n', { host: 'a.b' }),
    http(`GET /${'x'.repeat(3000)} HTTP/1.1\r\n`, '\r\n', {}),
    http(`GET /${'x'.repeat(4095)}`, ' HTTP/1.1\r\nHost: a.b\r\n\r\n', { host: 'a.b' }),
    http(REQUEST, UPGRADE, { host: 'b.example', websocket: true }),
  ],
  http2: [text('http2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ssh: [text('ssh', 'SSH-')],
  postgres: [
    binary('postgres', 'SSLRequest', '0000000804d2162f', { postgresRequest: 'ssl' }),
    binary('postgres', 'GSSENCRequest', '0000000804d21630', { postgresRequest: 'gssenc' }),
    binary('postgres', 'CancelRequest', '0000001004d2162e', { postgresRequest: 'cancel' }),
    startup(0, 'user\0bob\0\0', { postgresUser: 'bob', postgresDatabase: 'bob' }),
    startup(2, 'database\0d\0user\0u\0_pq_.x\0\0\0', { postgresUser: 'u', postgresDatabase: 'd' }),
  ],
  redis: [
    text('redis', '*2\r\n$3\r\n'),
    text('redis', 'PING\r\n'),
    text('redis', 'get key\n'),
    text('redis', 'AUTH secret\r\n'),
    text('redis', 'COPY a b\r\n'),
  ],
  mqtt: [
    binary('mqtt', '3.1', '101000064d51497364700302003c00026964', { mqttClientId: 'id' }, 12),
    binary('mqtt', '3.1.1', '100e00044d5154540402003c00026964', { mqttClientId: 'id' }, 10),
    binary('mqtt', '5', '101400044d5154540502003c05110000003c00026964', { mqttClientId: 'id' }, 10),
    binary('mqtt', 'no client id', '100c00044d5154540402003c0000', {}, 10),
  ],
  smtp: [text('smtp', 'EHLO a.example\r\n'), text('smtp', 'helo [192.0.2.1]\n')],
  ftp: [text('ftp', 'USER anonymous\r\n'), text('ftp', 'AUTH TLS\r\n')],
  amqp: [
    text('amqp', 'AMQP\x00\x00\x09\x01'),
    text('amqp', 'AMQP\x01\x01\x00\x09'),
    text('amqp', 'AMQP\x03\x01\x00\x00'),
  ],
  mongodb: [
    binary('mongodb', 'OP_MSG', '2a0000000100000000000000dd070000'),
    binary('mongodb', 'OP_QUERY', '3a010000ff00000000000000d4070000'),
    binary('mongodb', 'OP_COMPRESSED', '2a0000000100000000000000dc070000'),
  ],
  cassandra: [
    binary('cassandra', 'OPTIONS of version 5', '050000000500000000'),
    binary('cassandra', 'STARTUP of version 4', '040000010100000016000100' + '0b43514c5f56455253494f4e'),
  ],
  kafka: [
    binary('kafka', 'no client id', '0000000a0012000000000001ffff'),
    binary('kafka', 'Metadata', '0000001800030000000000050003617070', { kafkaClientId: 'app' }),
  ],
  rdp: [
    binary(
      'rdp',
      'cookie and negotiation, after MS-RDPBCGR, 4.1.1',
      '0300002c27e00000000000436f6f6b69653a206d737473686173683d656c746f6e730d0a0100080000000000',
      { rdpCookie: 'eltons' },
    ),
    binary('rdp', 'negotiation alone', '030000130ee000000000000100080003000000'),
    binary('rdp', 'neither', '0300000b06e00000000000'),
  ],
  socks4: [
    binary('socks4', 'CONNECT with a user', '04010050c0000201616c69636500'),
    binary('socks4', 'SOCKS 4a', '040101bb0000000100612e6200'),
  ],
  socks5: [binary('socks5', 'no authentication', '050100'), binary('socks5', 'two methods', '05020002')],
  xmpp: [
    text('xmpp', "<?xml version='1.0'?><stream:stream to='a.example' xmlns='jabber:c"),
    text('xmpp', '<stream:stream xmlns="jabber:s'),
  ],
  dns: [
    binary('dns', 'one question', '001d9c4301200001000000000000076578616d706c6503636f6d00000f0001'),
    binary('dns', 'the root', '0011000000000001000000000000' + '0000020001'),
  ],
  ldap: [
    binary('ldap', 'an anonymous bind', '300c02010160070201030400'),
    binary('ldap', 'a bind with long lengths', '30840000001002010160840000000702010304' + '00'),
    binary('ldap', 'a search', '302502010263200400' + '0a0100'),
    binary('ldap', 'StartTLS', '301d02010177188016312e332e362e312e342e312e313436362e3230303337'),
  ],
  rtsp: [
    text('rtsp', 'OPTIONS rtsp://a.example/ RTSP/1.0\r\n'),
    text('rtsp', 'DESCRIBE rtsp://a.example/stream RTSP/2.0\n'),
  ],
  openvpn: [binary('openvpn', 'plain', '000e38680962b40eea14c00000000000')],
} satisfies Record<Exclude<KnownProtocol, 'mysql' | 'unknown'>, readonly Sample[]>;

export const ALL_SAMPLES: readonly Sample[] = Object.values(SAMPLES).flat();

function sample(
  protocol: Protocol,
  name: string,
  bytes: Uint8Array,
  sniffed: Sniffed,
  certainAt?: number,
): Sample {
  return { name: `${protocol}: ${name}`, bytes, sniffed, certainAt: certainAt ?? bytes.length };
}

function text(protocol: Protocol, content: string): Sample {
  return sample(protocol, JSON.stringify(content.slice(0, 50)), Buffer.from(content, 'latin1'), { protocol });
}

/** A request that is certain with its first part, and whose fields are known with its second. */
function http(first: string, second: string, fields: Partial<Sniffed>): Sample {
  const sniffed: Sniffed = { protocol: 'http1', ...fields };
  const name = JSON.stringify(first.slice(0, 50) + second.slice(0, 30));
  return sample('http1', name, bytesOf(first, second), sniffed, bytesOf(first).length);
}

function binary(
  protocol: Protocol,
  name: string,
  hex: string,
  fields: Partial<Sniffed> = {},
  certainAt?: number,
): Sample {
  return sample(protocol, name, new Uint8Array(Buffer.from(hex, 'hex')), { protocol, ...fields }, certainAt);
}

function startup(minor: number, parameters: string, fields: Partial<Sniffed>): Sample {
  const bytes = bytesOf(0, 0, 0, parameters.length + 8, 0, 3, 0, minor, parameters);
  return sample('postgres', `StartupMessage 3.${minor}`, bytes, {
    protocol: 'postgres',
    postgresRequest: 'startup',
    ...fields,
  });
}
