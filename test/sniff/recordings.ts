import type { Sniffed } from '../../src/core/sniffed.ts';

/** What a real program sent to a port that did not answer, in base64, and what is to be found in it. */
export interface Recording {
  /** The program, of Debian 12 or PyPI, and what it was told. */
  readonly by: string;
  readonly base64: string;
  readonly sniffed: Sniffed;
}

export const RECORDINGS: readonly Recording[] = [
  {
    by: 'curl 7.88',
    base64:
      'FgMBAgABAAH8AwPzO9v+zNRxHkfq503Tc62wn7abVSnGSXFYQv/AkZrosiDAP0zPQqsPfU9FehXMufobPxQmZgOhke' +
      'c7JxzFmvdxjQA+EwITAxMBwCzAMACfzKnMqMyqwCvALwCewCTAKABrwCPAJwBnwArAFAA5wAnAEwAzAJ0AnAA9ADwA' +
      'NQAvAP8BAAF1AAAAFAASAAAPd3d3LmV4YW1wbGUuY29tAAsABAMAAQIACgAWABQAHQAXAB4AGQAYAQABAQECAQMBBA' +
      'AQAA4ADAJoMghodHRwLzEuMQAWAAAAFwAAADEAAAANACoAKAQDBQMGAwgHCAgICQgKCAsIBAgFCAYEAQUBBgEDAwMB' +
      'AwIEAgUCBgIAKwAJCAMEAwMDAgMBAC0AAgEBADMAJgAkAB0AIJJCXflohf11zoY1XoiiPOV84Hw91HCudWT6UduqUF' +
      '10ABUArgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==',
    sniffed: { protocol: 'tls', sni: 'www.example.com', alpn: ['h2', 'http/1.1'], tlsVersion: 'TLSv1.3' },
  },
  {
    by: 'openssl s_client 3.0 -tls1_2 -servername WWW.Example.COM.',
    base64:
      'FgMBANABAADMAwP0bvVbogjyBTmkG/ZQv1YSnA6+3ccWBdY/GLhhHyaz1gAAOMAswDAAn8ypzKjMqsArwC8AnsAkwC' +
      'gAa8AjwCcAZ8AKwBQAOcAJwBMAMwCdAJwAPQA8ADUALwD/AQAAawAAABUAEwAAEFdXVy5FeGFtcGxlLkNPTS4ACwAE' +
      'AwABAgAKAAwACgAdABcAHgAZABgAIwAAABYAAAAXAAAADQAqACgEAwUDBgMIBwgICAkICggLCAQIBQgGBAEFAQYBAw' +
      'MDAQMCBAIFAgYC',
    sniffed: { protocol: 'tls', sni: 'www.example.com', tlsVersion: 'TLSv1.2' },
  },
  {
    by: 'openssl s_client 3.0 -tls1_3 -servername WWW.Example.COM -alpn h2',
    base64:
      'FgMBAP0BAAD5AwMrPwZhUqlC6wdEVgEbbjfFX8u5vn52ZsUAP/tylceduSCA/hmP//t9Qci4aJZ+j2Mx8KxsxWXcKJ' +
      'Spsn8au/KXPwAIEwITAxMBAP8BAACoAAAAFAASAAAPV1dXLkV4YW1wbGUuQ09NAAsABAMAAQIACgAWABQAHQAXAB4A' +
      'GQAYAQABAQECAQMBBAAjAAAAEAAFAAMCaDIAFgAAABcAAAANAB4AHAQDBQMGAwgHCAgICQgKCAsIBAgFCAYEAQUBBg' +
      'EAKwADAgMEAC0AAgEBADMAJgAkAB0AIFv3wDJzYcrMn0fGLzQFo6Imy+/pCCgtg2DlkNN7KRwa',
    sniffed: { protocol: 'tls', sni: 'www.example.com', alpn: ['h2'], tlsVersion: 'TLSv1.3' },
  },
  {
    by: 'curl 7.88 with a Host of its own',
    base64:
      'R0VUIC9wYXRoIEhUVFAvMS4xDQpIb3N0OiBXd3cuRXhhbXBsZS5jb206ODA4MA0KVXNlci1BZ2VudDogY3VybC83Lj' +
      'g4LjENCkFjY2VwdDogKi8qDQoNCg==',
    sniffed: { protocol: 'http1', host: 'www.example.com' },
  },
  {
    by: 'curl 7.88 -x',
    base64:
      'R0VUIGh0dHA6Ly9vcmlnaW4uZXhhbXBsZTo4MS94IEhUVFAvMS4xDQpIb3N0OiBvcmlnaW4uZXhhbXBsZTo4MQ0KVX' +
      'Nlci1BZ2VudDogY3VybC83Ljg4LjENCkFjY2VwdDogKi8qDQpQcm94eS1Db25uZWN0aW9uOiBLZWVwLUFsaXZlDQoN' +
      'Cg==',
    sniffed: { protocol: 'http1', host: 'origin.example' },
  },
  {
    by: 'curl 7.88 --http2-prior-knowledge',
    base64:
      'UFJJICogSFRUUC8yLjANCg0KU00NCg0KAAASBAAAAAAAAAMAAABkAAQCAAAAAAIAAAAAAAAECAAAAAAAAf8AAQAAHw' +
      'EFAAAAAYKEhkGLCJ1cC4Fw3GWxBD96iCW2UMOrvPLhUwMqLyo=',
    sniffed: { protocol: 'http2' },
  },
  {
    by: 'ssh, OpenSSH 9.2',
    base64: 'U1NILTIuMC1PcGVuU1NIXzkuMnAxIERlYmlhbi0yK2RlYjEydTEwDQo=',
    sniffed: { protocol: 'ssh' },
  },
  {
    by: 'psql 15, sslmode=require',
    base64: 'AAAACATSFi8=',
    sniffed: { protocol: 'postgres', postgresRequest: 'ssl' },
  },
  {
    by: 'psql 15, sslmode=disable',
    base64: 'AAAAOAADAAB1c2VyAGFsaWNlAGRhdGFiYXNlAHNob3AAYXBwbGljYXRpb25fbmFtZQBwc3FsAAA=',
    sniffed: {
      protocol: 'postgres',
      postgresRequest: 'startup',
      postgresUser: 'alice',
      postgresDatabase: 'shop',
    },
  },
  {
    by: 'redis-cli 7.0 ping',
    base64: 'KjENCiQ0DQpwaW5nDQo=',
    sniffed: { protocol: 'redis' },
  },
  {
    by: 'redis-cli 7.0 -a',
    base64: 'KjINCiQ0DQpBVVRIDQokNg0Kc2VjcmV0DQoqMg0KJDQNCkFVVEgNCiQ2DQpzZWNyZXQNCg==',
    sniffed: { protocol: 'redis' },
  },
  {
    by: 'mosquitto_pub 2.0',
    base64: 'EBQABE1RVFQEAgA8AAhzZW5zb3ItNw==',
    sniffed: { protocol: 'mqtt', mqttClientId: 'sensor-7' },
  },
  {
    by: 'mosquitto_pub 2.0 -V mqttv31',
    base64: 'EBYABk1RSXNkcAMCADwACHNlbnNvci03',
    sniffed: { protocol: 'mqtt', mqttClientId: 'sensor-7' },
  },
  {
    by: 'mosquitto_pub 2.0 -V mqttv5 with a session expiry',
    base64: 'EB0ABE1RVFQFAgA8CBEAAAA8IQAUAAhzZW5zb3ItNw==',
    sniffed: { protocol: 'mqtt', mqttClientId: 'sensor-7' },
  },
  {
    by: 'pika 1.4',
    base64: 'QU1RUAAACQE=',
    sniffed: { protocol: 'amqp' },
  },
  {
    by: 'qpid-proton 0.40',
    base64: 'QU1RUAMBAAA=',
    sniffed: { protocol: 'amqp' },
  },
  {
    by: 'pymongo 4.20, the first of its messages',
    base64:
      'SgEAAGdFi2sAAAAA3QcAAAAAAAAANQEAABBpc21hc3RlcgABAAAACGhlbGxvT2sAAQJiYWNrcHJlc3N1cmUAAgAAAD' +
      'IAA2NsaWVudADtAAAAA2RyaXZlcgAuAAAAAm5hbWUACgAAAFB5TW9uZ298YwACdmVyc2lvbgAIAAAANC4yMC4xfAAA' +
      'A29zAFsAAAACdHlwZQAGAAAATGludXgAAm5hbWUABgAAAExpbnV4AAJhcmNoaXRlY3R1cmUABwAAAHg4Nl82NAACdm' +
      'Vyc2lvbgAQAAAANi4xOC40NC1mYy12NjY5AAACcGxhdGZvcm0AFwAAAENQeXRob24gMy4xMS43LmZpbmFsLjAAA2Vu' +
      'dgApAAAAA2NvbnRhaW5lcgAZAAAAAnJ1bnRpbWUABwAAAGRvY2tlcgAAAAACJGRiAAYAAABhZG1pbgAA',
    sniffed: { protocol: 'mongodb' },
  },
  {
    by: 'scylla-driver, version 5',
    base64: 'BQAAAAUAAAAABQAAAAUAAAAA',
    sniffed: { protocol: 'cassandra' },
  },
  {
    by: 'scylla-driver, version 4',
    base64: 'BAAAAAUAAAAABAAAAAUAAAAA',
    sniffed: { protocol: 'cassandra' },
  },
  {
    by: 'kcat 1.7',
    base64: 'AAAAJAASAAMAAAABAAdyZGthZmthAAtsaWJyZGthZmthBjIuMC4yAA==',
    sniffed: { protocol: 'kafka', kafkaClientId: 'rdkafka' },
  },
  {
    by: 'PySocks 1.7, SOCKS 4a with a user',
    base64: 'BAEAUAAAAAF1AHd3dy5leGFtcGxlLmNvbQA=',
    sniffed: { protocol: 'socks4' },
  },
  {
    by: 'curl 7.88 --socks4a',
    base64: 'BAEAUAAAAAEAb3JpZ2luLmV4YW1wbGUA',
    sniffed: { protocol: 'socks4' },
  },
  {
    by: 'PySocks 1.7',
    base64: 'BQEA',
    sniffed: { protocol: 'socks5' },
  },
  {
    by: 'PySocks 1.7 with a password',
    base64: 'BQIAAg==',
    sniffed: { protocol: 'socks5' },
  },
  {
    by: 'curl 7.88 --socks5-hostname',
    base64: 'BQIAAQ==',
    sniffed: { protocol: 'socks5' },
  },
  {
    by: 'dig 9.18 +tcp',
    base64: 'ADiYwgEgAAEAAAAAAAEDd3d3B2V4YW1wbGUDY29tAAABAAEAACkE0AAAAAAADAAKAAjAp6CFTcZwgQ==',
    sniffed: { protocol: 'dns' },
  },
  {
    by: 'dig 9.18 axfr',
    base64: 'ADQ6SQAgAAEAAAAAAAEHZXhhbXBsZQNjb20AAPwAAQAAKQTQAAAAAAAMAAoACJWCCjDgXnmY',
    sniffed: { protocol: 'dns' },
  },
  {
    by: 'dig 9.18 +tcp +noedns',
    base64: 'AB2cQwEgAAEAAAAAAAAHZXhhbXBsZQNjb20AAA8AAQ==',
    sniffed: { protocol: 'dns' },
  },
  {
    by: 'ldapsearch 2.5 -x',
    base64: 'MCACAQFgGwIBAwQTY249YWRtaW4sZGM9ZXhhbXBsZYABeA==',
    sniffed: { protocol: 'ldap' },
  },
  {
    by: 'ldapsearch 2.5 -ZZ',
    base64: 'MB0CAQF3GIAWMS4zLjYuMS40LjEuMTQ2Ni4yMDAzNw==',
    sniffed: { protocol: 'ldap' },
  },
  {
    by: 'curl 7.88, an RTSP address',
    base64: 'T1BUSU9OUyAqIFJUU1AvMS4wDQpDU2VxOiAxDQpVc2VyLUFnZW50OiBjdXJsLzcuODguMQ0KDQo=',
    sniffed: { protocol: 'rtsp' },
  },
  {
    by: 'openvpn 2.6',
    base64: 'AA44aAlitA7qFMAAAAAAAA==',
    sniffed: { protocol: 'openvpn' },
  },
  {
    by: 'openvpn 2.6 --tls-auth, SHA-256',
    base64: 'ADY45mkjdbIeKiSussOApqxBA5VF6YFos0rbokRyp24IKKMAS8x2s7QxUwAAAAFrCoPJAAAAAAA=',
    sniffed: { protocol: 'openvpn' },
  },
  {
    by: 'openvpn 2.6 --tls-crypt',
    base64: 'ADY4B1rLCQ0lww4AAAABawqDyba4WZIjSWeTbEfy4qJjRZFXKJQOZbTZMsdsh/42S0E5fEUmzZ8=',
    sniffed: { protocol: 'openvpn' },
  },
  {
    by: 'openvpn 2.6 --tls-crypt-v2',
    base64:
      'AWFQWGn4xWyZz0UPAAABawqDy79iOAvKPs0sihLnhr0PT9AD+W9Ut1ZMy3KvkBZiv3+EjblHruk6YNpMMlyDUSOQmP' +
      'hS2W3dysuexiJrK8z+IM8e0JVRQq74wzprf/rrLbYOFcHLChlbaRDK0847DcV1iiMW/ae7hFu+HSTpvrg520V7IRSM' +
      '0lUOCQhA8re31m7SJqNwu9/v3H9QrgxMgJwMXHjPL+yPzTr2J/ksNebe7BMmIzaLkXULLV8GPEZdAF94R9vGipci8r' +
      'AvEc3N9E92ifuXYGYdtiPeSI2BXh3t30ZvJsH+KfZ9ePWTZycG5kRyCIoOTrwb3mSZYMs5aGYuvjZd9QjlaV34/wIc' +
      'nWmocKHUR5HL+PIal0DopJJQZbRZkARsWMIi6kR/6MxVAKKqK/KIRyAIZ8oaRo+5Cd/qKawK/h5AdM9KO4vu3YSIj/' +
      'j7f6h5TKvUazTuaKeg6YsBKw==',
    sniffed: { protocol: 'openvpn' },
  },
];
