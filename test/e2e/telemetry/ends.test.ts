import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StateName } from '../../../src/core/state.ts';
import { later } from '../../support/cleanup.ts';
import type { ClosedLog } from '../../support/logs.ts';
import { type DecodedSpan, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { startSServer } from '../../support/s-server.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import {
  CUT,
  DIALED,
  expectTraceOf,
  SHOWN_BY_A_SERVICE,
  type ShownByAService,
} from '../../support/traces-of-ends.ts';
import { AUTHORITY, EDGE, terminating } from '../tls/client.ts';

/** A Sluice whose shards fail on request. */
const HOST = fileURLToPath(new URL('../../support/peers/failing-host.mjs', import.meta.url));
const BACKEND = AUTHORITY.issue({ names: ['backend.test'] });
const SECURED = `tls: { server_name: backend.test, ca: ${AUTHORITY.certFile} }`;
/** Where a port that is free is left so: nobody else is here. */
const SOLITUDE = '127.0.0.9';
const HEALTH = 'health: { interval: 100ms, rise: 1, fall: 1 }';

/** What the listeners lead to. */
interface Peers {
  readonly sluice: Sluice;
  /** Can be made to take no more connections. */
  readonly failing: Server;
  /** A port of `SOLITUDE` at which nobody is, until somebody comes. */
  readonly absent: number;
}

/** A way for a connection of the listener to end: brings it about; what is to be seen of it. */
interface End {
  readonly listener: string;
  readonly states: readonly StateName[];
  readonly dials: number;
  /** The state in which the end was decided; null where nobody knows it any more. */
  readonly during: StateName | null;
  readonly happens: (peers: Peers) => Promise<void>;
}

const ENDS: Record<ShownByAService, End> = {
  'client-truncated': {
    listener: 'tls',
    states: CUT,
    dials: 1,
    during: 'streaming',
    happens: async ({ sluice }) => {
      const raw = await dial(sluice.address('tls'));
      const client = connect({ socket: raw, ca: AUTHORITY.cert, servername: 'edge.test' });
      client.on('error', () => {});
      await echoed(client);
      raw.end();
    },
  },
  'backend-truncated': {
    listener: 'truncating',
    states: CUT,
    dials: 1,
    during: 'streaming',
    happens: async ({ sluice }) => {
      expect((await hear(await dial(sluice.address('truncating')))).end).toBe('ECONNRESET');
    },
  },
  'tls-handshake': {
    listener: 'modern',
    states: ['accepting', 'sniffing', 'draining'],
    dials: 0,
    during: 'sniffing',
    happens: async ({ sluice }) => {
      const { host, port } = sluice.address('modern');
      const to = ['-connect', `${host}:${port}`, '-servername', 'edge.test'];
      await start(program('openssl'), ['s_client', '-tls1_2', ...to]).ended;
    },
  },
  'tls-handshake-timeout': {
    listener: 'hurried',
    states: ['accepting', 'sniffing'],
    dials: 0,
    during: 'sniffing',
    happens: async ({ sluice }) => {
      const client = await dial(sluice.address('hurried'));
      client.write(await clientHello());
      await hear(client);
    },
  },
  'tls-required': {
    listener: 'strict',
    states: ['accepting', 'sniffing', 'routing'],
    dials: 0,
    during: 'routing',
    happens: async ({ sluice }) => {
      const client = await dial(sluice.address('strict'));
      client.write('GET / HTTP/1.1\r\n\r\n');
      await hear(client);
    },
  },
  'backend-handshake': {
    listener: 'mistaken',
    states: [...DIALED, 'dialing'],
    dials: 2,
    during: 'dialing',
    happens: async ({ sluice }) => void (await hear(await dial(sluice.address('mistaken')))),
  },
  'backend-down': {
    listener: 'failing',
    states: CUT,
    dials: 1,
    during: 'streaming',
    happens: async ({ sluice, failing }) => {
      const client = await dial(sluice.address('failing'));
      await echoed(client);
      failing.close();
      await hear(client);
    },
  },
  rebalanced: {
    listener: 'moving',
    states: CUT,
    dials: 1,
    during: 'streaming',
    happens: async ({ sluice, absent }) => {
      const clients = [await dial(sluice.address('moving')), await dial(sluice.address('moving'))];
      await Promise.all(clients.map(echoed));
      const ended = Promise.race(clients.map(hear));
      const server = createServer((socket) => socket.resume()).listen(absent, SOLITUDE);
      later(() => void server.close());
      await ended;
    },
  },
  'shard-failed': {
    listener: 'plain',
    states: [],
    dials: 0,
    during: null,
    happens: async ({ sluice }) => {
      const client = await dial(sluice.address('plain'));
      await echoed(client);
      sluice.child.write('throw 0\n');
      await hear(client);
    },
  },
};

function config(backends: Record<string, number>, otlp: string): string {
  const at = (name: string): string => `127.0.0.1:${backends[name]}`;
  return `
listeners:
  - { name: plain, listen: 127.0.0.1:0, to: echo }
  - { name: tls, listen: 127.0.0.1:0, ${EDGE}, to: echo }
  - { name: modern, listen: 127.0.0.1:0, ${terminating('min_version: TLSv1.3')}, to: echo }
  - { name: hurried, listen: 127.0.0.1:0, ${terminating('handshake_timeout: 200ms')}, to: echo }
  - { name: strict, listen: 127.0.0.1:0, ${terminating('required: true')}, to: echo }
  - { name: truncating, listen: 127.0.0.1:0, to: truncating }
  - { name: mistaken, listen: 127.0.0.1:0, to: mistaken }
  - { name: failing, listen: 127.0.0.1:0, to: failing }
  - { name: moving, listen: 127.0.0.1:0, to: moving }
pools:
  echo: { backends: ["${at('echo')}"], health: off }
  truncating: { backends: ["${at('truncating')}"], health: off, connect: { ${SECURED} } }
  mistaken:
    backends: ["${at('another')}"]
    health: off
    connect: { retries: 1, tls: { server_name: other.test, ca: ${AUTHORITY.certFile} } }
  failing: { backends: ["${at('failing')}"], ${HEALTH}, on_down: reset }
  moving: { backends: ["${at('echo')}", "${SOLITUDE}:${backends['absent']}"], ${HEALTH}, on_up: { rebalance: 10/s } }
telemetry: { traces: { otlp: "${otlp}" } }
workers: 1
`;
}

describe('the trace of a connection that ends in a service', () => {
  needs('openssl');
  let logs: readonly ClosedLog[] = [];
  let spans: readonly DecodedSpan[] = [];

  beforeAll(async () => {
    const receiver = await startOtlpReceiver();
    later(() => receiver.close());
    const echo = await serve((socket) => void socket.pipe(socket));
    const failing = await serve((socket) => void socket.pipe(socket));
    const truncating = await serve(truncate);
    const another = await startSServer(BACKEND, ['-quiet']);
    const absent = await freePort(SOLITUDE);
    const ports = {
      echo: echo.port,
      failing: failing.port,
      truncating: truncating.port,
      another: another.port,
      absent,
    };
    const sluice = await startSluice(config(ports, receiver.url), { main: HOST });
    const peers = { sluice, failing: failing.server, absent };
    const { 'shard-failed': last, ...others } = ENDS;
    await Promise.all(Object.values(others).map(({ happens }) => happens(peers)));
    await sluice.waitForClosed(Object.keys(others).length);
    await last.happens(peers);
    await sluice.waitForClosed(1, last.listener);
    await sluice.stop();
    [logs, spans] = [sluice.closedLogs(), receiver.spans()];
  });

  it.each(SHOWN_BY_A_SERVICE)('by %s', (reason) => {
    const { listener, states, dials, during } = ENDS[reason];
    const ended = logs.filter((log) => log.listener === listener && log.reason === reason);
    expect(ended).toHaveLength(1);
    const traceId = ended[0]?.trace_id;
    const root = expectTraceOf(
      spans.filter((span) => span.traceId === traceId),
      {
        reason,
        listener,
        client: '127.0.0.1',
        traceId,
        states: during === null ? [] : [...states, 'closed'],
        dials,
      },
    );
    expect(root.attributes['sluice.close.during']).toBe(during ?? undefined);
  });
});

/** Sends a byte and waits until it has come back. */
async function echoed(socket: Socket): Promise<void> {
  const back = once(socket, 'data');
  socket.write('x');
  await back;
}

/** Ends TLS, once it stands, by FIN without close_notify. */
function truncate(raw: Socket): void {
  const secureContext = createSecureContext({ cert: BACKEND.cert, key: BACKEND.key });
  const secured = new TLSSocket(raw, { isServer: true, secureContext });
  secured.on('error', () => {});
  secured.once('secure', () => raw.end());
}

/** What Node says first to a server. */
async function clientHello(): Promise<Buffer> {
  const { port, server } = await serve(() => {});
  const come = once(server, 'connection') as Promise<[Socket]>;
  connect({ port, host: '127.0.0.1', servername: 'edge.test' }).on('error', () => {});
  const [socket] = await come;
  const [hello] = (await once(socket, 'data')) as [Buffer];
  return hello;
}
