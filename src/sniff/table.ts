import type { KnownProtocol } from '../core/sniffed.ts';
import { sniffAmqp } from './amqp.ts';
import { sniffCassandra } from './cassandra.ts';
import { sniffDns } from './dns.ts';
import { sniffFtp } from './ftp.ts';
import { sniffHttp1 } from './http1.ts';
import { sniffHttp2 } from './http2.ts';
import { sniffKafka } from './kafka.ts';
import { sniffLdap } from './ldap.ts';
import { sniffMongodb } from './mongodb.ts';
import { sniffMqtt } from './mqtt.ts';
import { sniffOpenvpn } from './openvpn.ts';
import { sniffPostgres } from './postgres.ts';
import { sniffRdp } from './rdp.ts';
import { sniffRedis } from './redis.ts';
import { sniffRtsp } from './rtsp.ts';
import { sniffSmtp } from './smtp.ts';
import type { Sniffer } from './sniffer.ts';
import { sniffSocks4 } from './socks4.ts';
import { sniffSocks5 } from './socks5.ts';
import { sniffSsh } from './ssh.ts';
import { sniffTls } from './tls.ts';
import { sniffXmpp } from './xmpp.ts';

/** Every sniffer, in the order in which they are asked. `docs/add-a-sniffer.md` says how to add one. */
export const SNIFFERS = {
  tls: sniffTls,
  http1: sniffHttp1,
  http2: sniffHttp2,
  ssh: sniffSsh,
  postgres: sniffPostgres,
  redis: sniffRedis,
  mqtt: sniffMqtt,
  smtp: sniffSmtp,
  ftp: sniffFtp,
  amqp: sniffAmqp,
  mongodb: sniffMongodb,
  cassandra: sniffCassandra,
  kafka: sniffKafka,
  rdp: sniffRdp,
  socks4: sniffSocks4,
  socks5: sniffSocks5,
  xmpp: sniffXmpp,
  dns: sniffDns,
  ldap: sniffLdap,
  rtsp: sniffRtsp,
  openvpn: sniffOpenvpn,
} satisfies Record<Exclude<KnownProtocol, 'mysql' | 'unknown'>, Sniffer>;
