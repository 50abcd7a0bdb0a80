import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  RECURSION_AVAILABLE,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { later } from './cleanup.ts';

/** What the server does with a question of one type for one name. */
export type Zone = Record<string, Reply>;

/** Records, a failure by its code, or no answer at all. */
export type Reply =
  | { readonly records: readonly Answer[]; readonly truncated?: boolean }
  | { readonly code: 'NXDOMAIN' | 'SERVFAIL'; readonly negativeTtl?: number }
  | 'silence';

const CODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const;
const EMPTY: Reply = { records: [] };

/** A DNS server over UDP and TCP on a port of its own. Names that are not in its zone do not exist. */
export class DnsServer {
  /** By `TYPE name`; to be changed at any time. */
  readonly zone: Zone = {};
  /** Each question, as `TYPE name`, with how it came. */
  readonly asked: string[] = [];
  port = 0;
  #udp: Socket | null = null;
  #tcp: Server | null = null;

  static async start(): Promise<DnsServer> {
    const server = new DnsServer();
    await server.#listen();
    later(() => server.stop());
    return server;
  }

  /** `A 192.0.2.1 …` under a name; a family without addresses has no records. */
  addresses(name: string, ttl: number, ...addresses: readonly string[]): void {
    const record = (data: string): Answer =>
      data.includes(':') ? { type: 'AAAA', name, ttl, data } : { type: 'A', name, ttl, data };
    this.zone[`A ${name}`] = { records: addresses.filter((one) => !one.includes(':')).map(record) };
    this.zone[`AAAA ${name}`] = { records: addresses.filter((one) => one.includes(':')).map(record) };
  }

  /** SRV records; each target is `127.0.0.1`. */
  services(
    name: string,
    ttl: number,
    targets: readonly { target: string; port: number; weight?: number; priority?: number }[],
  ): void {
    this.zone[`SRV ${name}`] = {
      records: targets.map(({ target, port, weight = 1, priority = 0 }) => ({
        type: 'SRV',
        name,
        ttl,
        data: { target, port, weight, priority },
      })),
    };
    for (const { target } of targets) this.addresses(target, ttl, '127.0.0.1');
  }

  /** The same for both types of address. */
  fails(name: string, reply: Reply): void {
    this.zone[`A ${name}`] = reply;
    this.zone[`AAAA ${name}`] = reply;
  }

  async stop(): Promise<void> {
    this.#udp?.close();
    this.#udp = null;
    await new Promise<void>((resolve) => (this.#tcp === null ? resolve() : this.#tcp.close(() => resolve())));
    this.#tcp = null;
  }

  /** A port that is free for both: the system gives one for TCP, which may be taken for UDP. */
  async #listen(): Promise<void> {
    for (;;) {
      const tcp = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (bytes) => {
          const reply = this.#answer(bytes.subarray(2), 'tcp');
          if (reply === null) return;
          const length = Buffer.alloc(2);
          length.writeUInt16BE(reply.length);
          socket.end(Buffer.concat([length, reply]));
        });
      });
      await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
      const { port } = tcp.address() as { port: number };
      const udp = createSocket('udp4');
      const bound = await new Promise<boolean>((resolve) => {
        udp.once('error', () => resolve(false));
        udp.bind(port, '127.0.0.1', () => resolve(true));
      });
      if (!bound) {
        tcp.close();
        continue;
      }
      udp.on('message', (bytes, { port: to, address }) => {
        const reply = this.#answer(bytes, 'udp');
        if (reply !== null) udp.send(reply, to, address);
      });
      [this.#tcp, this.#udp, this.port] = [tcp, udp, port];
      return;
    }
  }

  #answer(bytes: Buffer, by: 'udp' | 'tcp'): Buffer | null {
    const query: DecodedPacket = decode(bytes);
    const question = query.questions?.[0];
    if (question === undefined) return null;
    const key = `${question.type} ${question.name.toLowerCase()}`;
    this.asked.push(`${key} ${by}`);
    const reply = this.zone[key] ?? (this.#exists(question.name) ? EMPTY : { code: 'NXDOMAIN' as const });
    if (reply === 'silence') return null;
    const base = { type: 'response' as const, id: query.id ?? 0, questions: [question] };
    if ('code' in reply)
      return encode({ ...base, flags: RECURSION_AVAILABLE | CODES[reply.code], authorities: soa(reply) });
    if (reply.truncated === true && by === 'udp')
      return encode({ ...base, flags: RECURSION_AVAILABLE | TRUNCATED_RESPONSE });
    return encode({ ...base, flags: RECURSION_AVAILABLE, answers: [...reply.records] });
  }

  #exists(name: string): boolean {
    return Object.keys(this.zone).some((key) => key.split(' ')[1] === name.toLowerCase());
  }
}

function soa({ negativeTtl }: Extract<Reply, { code: string }>): Answer[] {
  if (negativeTtl === undefined) return [];
  const data = {
    mname: 'ns.test',
    rname: 'admin.test',
    serial: 1,
    refresh: 60,
    retry: 60,
    expire: 60,
    minimum: negativeTtl,
  };
  return [{ type: 'SOA', name: 'test', ttl: negativeTtl, data }];
}
