import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TOKEN_PROTOCOL } from '../../src/admin/inspect/offered-token.ts';
import { INSPECT_PING_MS, INSPECT_SOCKETS_MAX } from '../../src/admin/limits.ts';
import { createResponder } from '../../src/admin/respond.ts';
import { createUpgrader } from '../../src/admin/upgrade.ts';
import type { Address } from '../../src/core/address.ts';
import type { TakeSteps } from '../../src/core/inspection.ts';
import { LOOPBACK } from './ask.ts';
import { sourceIn } from './statuses.ts';
import { settle, soon } from './wire.ts';

const EVERYWHERE: Address = { kind: 'tcp', host: '0.0.0.0', port: 9900 };
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
/** Of RFC 6455 section 1.3, for that key. */
const ACCEPTED = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

function head(line: string, ...fields: string[]): string {
  return `${[`${line} HTTP/1.1`, 'Host: localhost', ...fields].join('\r\n')}\r\n\r\n`;
}

function handshake(query = 'pool=web', ...fields: string[]): string {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', KEY];
  return head(`GET /v1/inspect?${query}`, ...upgrade, ...fields);
}

/** An admin server as far as it answers requests, without a socket between it and its clients. */
function serve(bound: Address = LOOPBACK, token: string | null = null) {
  const inspections: { take: TakeSteps; ended: boolean }[] = [];
  const source = {
    ...sourceIn('ready'),
    inspect: async (_target: unknown, take: TakeSteps) => {
      const inspection = { take, ended: false };
      inspections.push(inspection);
      return {
        end: () => {
          inspection.ended = true;
        },
      };
    },
  };
  const served = { bound, source, token, tokenName: token === null ? null : 'TOKEN', isTls: false };
  const respond = createResponder(served, () => {});
  const upgrader = createUpgrader(served, respond);
  const server = createServer().on('request', respond).on('upgrade', upgrader.upgrade);
  const connect = (text: string) => {
    let heard = '';
    const socket = new Duplex({
      read() {},
      write(bytes, _encoding, done) {
        heard += bytes.toString('latin1');
        done();
      },
    });
    const more = { remoteAddress: '127.0.0.1', remotePort: 4711, setTimeout: () => {}, setNoDelay: () => {} };
    server.emit('connection', Object.assign(socket, more));
    socket.push(text);
    return {
      socket,
      heard: () => heard,
      status: () => Number(/^HTTP\/1\.1 (\d+) /.exec(heard)?.[1] ?? 0),
      isOver: () => socket.destroyed || socket.writableEnded,
    };
  };
  return { connect, inspections, upgrader };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a request for a WebSocket', () => {
  it('is taken up as RFC 6455 says, and what is told comes as text frames', async () => {
    const { connect, inspections } = serve();
    const client = connect(handshake());
    await soon(() => expect(client.status()).toBe(101));
    expect(client.heard()).toContain(ACCEPTED);
    inspections[0]?.take({ kind: 'event', actor: 'x:1', at: 1, event: { type: 'go' }, source: null });
    await soon(() => expect(client.heard()).toContain('"event":{"type":"go"}'));
  });

  it('ends the inspection when its client goes, and with a normal closure when that is over', async () => {
    const { connect, inspections } = serve();
    const gone = connect(handshake());
    const over = connect(handshake());
    await soon(() => expect(over.status() + gone.status()).toBe(202));
    gone.socket.destroy();
    await soon(() => expect(inspections[0]?.ended).toBe(true));
    inspections[1]?.take({ kind: 'over', why: 'the connection has ended' });
    await soon(() => expect(over.heard()).toContain('\x03\xe8the connection has ended'));
  });

  it('is refused beyond so many at once, and taken again when one has gone', async () => {
    const { connect } = serve();
    const clients = Array.from({ length: INSPECT_SOCKETS_MAX }, () => connect(handshake()));
    await soon(() => expect(clients.map(({ status }) => status())).toEqual(clients.map(() => 101)));
    const late = connect(handshake());
    await soon(() => expect(late.status()).toBe(503));
    expect(late.heard()).toMatch(/^retry-after: \d+\r$/m);
    clients[0]?.socket.destroy();
    await settle();
    const next = connect(handshake());
    await soon(() => expect(next.status()).toBe(101));
  });

  it('takes its token as a field or as a subprotocol, which it never says again, and no other', async () => {
    const { connect, inspections } = serve(EVERYWHERE, 'secret');
    const offered = (token: string) =>
      `Sec-WebSocket-Protocol: sluice.inspect, ${TOKEN_PROTOCOL}${Buffer.from(token).toString('base64url')}`;
    const refused = [connect(handshake()), connect(handshake('pool=web', offered('other')))];
    for (const client of refused) await soon(() => expect(client.status()).toBe(401));
    expect(refused[0]?.heard()).toContain('www-authenticate: Bearer');
    expect(inspections).toEqual([]);
    const taken = [
      connect(handshake('pool=web', 'Authorization: Bearer secret')),
      connect(handshake('pool=web', offered('secret'))),
    ];
    for (const client of taken) await soon(() => expect(client.status()).toBe(101));
    expect(taken[1]?.heard()).toMatch(/^sec-websocket-protocol: sluice\.inspect\r$/im);
    expect(taken[1]?.heard()).not.toContain(TOKEN_PROTOCOL);
  });

  it.each([
    [403, handshake('pool=web', 'Origin: http://evil.example')],
    [421, handshake().replace('Host: localhost', 'Host: evil.example')],
    [400, handshake('pool=web&connection=1')],
    [400, handshake().replace(KEY, 'X: y')],
    [404, handshake().replace('/v1/inspect', '/v1/inspects')],
  ])('that is not right is answered %i, ends its connection and inspects nothing', async (status, text) => {
    const { connect, inspections } = serve();
    const client = connect(text);
    await soon(() => expect(client.status()).toBe(status));
    await soon(() => expect(client.isOver()).toBe(true));
    expect(inspections.filter(({ ended }) => !ended)).toEqual([]);
  });

  it('hears nothing of its client but that it is there, and cuts one that says too much', async () => {
    const { connect, inspections } = serve();
    const client = connect(handshake());
    await soon(() => expect(client.status()).toBe(101));
    // A masked text frame of 64 KiB: RFC 6455 section 5.2.
    client.socket.push(
      Buffer.concat([Buffer.from('81ff000000000001000000000000', 'hex'), Buffer.alloc(0x10000)]),
    );
    await soon(() => expect(inspections[0]?.ended).toBe(true));
  });

  it('is pinged, and cut where two pings are due and none was answered', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { connect, inspections } = serve();
    const client = connect(handshake());
    await soon(() => expect(client.status()).toBe(101));
    // An empty masked pong: RFC 6455 section 5.5.3.
    const pong = Buffer.from('8a8000000000', 'hex');
    for (let answered = 0; answered < 3; answered++) {
      vi.advanceTimersByTime(INSPECT_PING_MS);
      client.socket.push(pong);
      await settle();
    }
    expect(client.isOver()).toBe(false);
    vi.advanceTimersByTime(2 * INSPECT_PING_MS);
    await soon(() => expect(inspections[0]?.ended).toBe(true));
    expect(client.isOver()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told when the service ends', async () => {
    const { connect, upgrader, inspections } = serve();
    const client = connect(handshake());
    await soon(() => expect(client.status()).toBe(101));
    upgrader.close();
    await soon(() => expect(client.heard()).toContain('\x03\xe9the service ends'));
    upgrader.cut();
    await soon(() => expect(inspections[0]?.ended).toBe(true));
  });
});

describe('a request for any other protocol', () => {
  const H2C = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];

  it('is answered as without', async () => {
    const { connect } = serve();
    const client = connect(head('GET /v1/pools', ...H2C));
    await soon(() => expect(client.status()).toBe(200));
    expect(client.heard()).toContain('"name":"web"');
    expect(client.heard()).toMatch(/^connection: close\r$/im);
    await soon(() => expect(client.isOver()).toBe(true));
  });

  it('is refused where it has a body, which nobody reads', async () => {
    const { connect } = serve();
    const client = connect(`${head('PUT /v1/config', ...H2C, 'Content-Length: 2')}{}`);
    await soon(() => expect(client.status()).toBe(400));
  });

  it('is a WebSocket, where there is none: answered as without', async () => {
    const { connect } = serve();
    const client = connect(handshake().replace('/v1/inspect?pool=web', '/v1/pools'));
    await soon(() => expect(client.status()).toBe(200));
  });
});
