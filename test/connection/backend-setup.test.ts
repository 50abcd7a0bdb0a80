import { afterEach, describe, expect, test } from 'vitest';
import { formatConnectionId } from '../../src/core/connection-id.ts';
import { UP } from '../../src/core/direction.ts';
import type { ProxyOutPlan } from '../../src/core/plan.ts';
import { NO_PROXY_TLVS, type ProxyHeader } from '../../src/core/proxy-header.ts';
import { readProxyHeader, writeProxyHeaderV1, writeProxyHeaderV2 } from '../../src/proxy-protocol/index.ts';
import { helloMessage, records, serverName } from '../sniff/client-hellos.ts';
import { CONNECT_TIMEOUT_MS, routeTo } from './plan.ts';
import { bytesOf, closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const HELLO = records(helloMessage({ extensions: [serverName('a.example.com')] }));

function sending(proxyOut: ProxyOutPlan, pieces: WorldPieces = {}): WorldPieces {
  return { ...pieces, connect: { proxyOut, ...pieces.connect } };
}

/** What a backend has received, as it reads it: the header, and the bytes behind it. */
function readBy(received: Uint8Array): { header: ProxyHeader; rest: Uint8Array } {
  const read = readProxyHeader(received);
  if (read.kind !== 'header') throw new Error(`the backend reads ${JSON.stringify(read)}`);
  return { header: read.header, rest: received.subarray(read.length) };
}

describe('the PROXY header sent to a backend', () => {
  test('of version 1 is the line of the addresses, before the bytes of the client', async () => {
    const world = await World.open(sending({ version: 1, tlvs: [] }));
    const client = world.connect();
    client.write(Buffer.from('hello'));
    world.run(5);
    const from = client.local as { host: string; port: number };
    expect(Buffer.from(world.backend().received).toString()).toBe(
      `PROXY TCP4 ${from.host} 10.0.0.1 ${from.port} 80\r\nhello`,
    );
  });

  test('goes out at once, to a backend that speaks first', async () => {
    const world = await World.open(sending({ version: 2, tlvs: ['crc32c'] }));
    const client = world.connect();
    world.run(5);
    expect(readBy(world.backend().received)).toMatchObject({
      header: {
        version: 2,
        command: 'proxy',
        source: client.local,
        tlvs: { uniqueId: null, authority: null },
      },
      rest: { length: 0 },
    });
    world.backend().write(Buffer.from('220 hello'));
    world.run(5);
    expect(Buffer.from(client.received).toString()).toBe('220 hello');
  });

  test('is counted as bytes of nobody, and leaves no credit behind', async () => {
    const world = await World.open(sending({ version: 2, tlvs: ['crc32c', 'unique_id'] }));
    const client = world.connect();
    client.write(bytesOf(100_000));
    client.end();
    world.run(50);
    expect(readBy(world.backend().received).rest.length).toBe(100_000);
    world.backend().end();
    world.run(5);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', bytesUp: 100_000, undeliveredUp: 0 });
    expect(world.cells[world.layout.bytes(0, UP)]).toBe(100_000);
  });

  test('names the connection, its server name and its trace, as it is told to', async () => {
    const world = await World.open(
      sending(
        { version: 2, tlvs: ['alpn', 'authority', 'ssl', 'unique_id', 'crc32c', 'trace'] },
        { routes: [routeTo(0, { sni: ['a.example.com'] })] },
      ),
    );
    world.connect().write(HELLO);
    world.run(5);
    const { header, rest } = readBy(world.backend().received);
    expect(rest).toEqual(HELLO);
    world.kill();
    world.run(5);
    const { connection, traceId, spanId, parentSpanId } = world.closed();
    expect(header.tlvs).toMatchObject({ authority: 'a.example.com', alpn: null, ssl: null });
    expect(Buffer.from(header.tlvs.uniqueId ?? []).toString()).toBe(formatConnectionId(connection));
    expect(header.tlvs.traceparent).toEqual({ traceId, spanId, flags: 1 });
    expect([spanId, parentSpanId]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), null]);
  });

  test('tells the trace of the proxy in front, with a span of its own, and that it is not recorded', async () => {
    const traceparent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 0 };
    const world = await World.open(sending({ version: 2, tlvs: ['trace'] }, { proxyIn: {} }));
    const source = { kind: 'tcp', host: '192.0.2.7', port: 4000 } as const;
    const said = { command: 'proxy', transport: 'tcp', source, destination: source, crc32c: false } as const;
    world.connect().write(writeProxyHeaderV2({ ...said, tlvs: { ...NO_PROXY_TLVS, traceparent } }).bytes);
    world.run(5);
    const { header } = readBy(world.backend().received);
    expect(header.source).toEqual(source);
    expect(header.tlvs.traceparent).toMatchObject({ traceId: traceparent.traceId, flags: 0 });
    expect(header.tlvs.traceparent?.spanId).not.toBe(traceparent.spanId);
  });

  test('carries the addresses of a header that was read', async () => {
    const world = await World.open(sending({ version: 1, tlvs: [] }, { proxyIn: {} }));
    const header = writeProxyHeaderV1(
      { kind: 'tcp', host: '192.0.2.7', port: 4000 },
      { kind: 'tcp', host: '198.51.100.9', port: 443 },
    );
    world.connect().write(header);
    world.run(5);
    expect(Buffer.from(world.backend().received).equals(header)).toBe(true);
  });
});

describe('the PROXY header to a backend whose kernel takes it slowly', () => {
  /** Kernels that take less than the header, and a backend that does not read. */
  const SLOW: WorldPieces = {
    ...sending({ version: 2, tlvs: ['crc32c', 'unique_id', 'trace'] }),
    link: { sendBufferBytes: 16, receiveBufferBytes: 16 },
  };

  test('comes first and whole all the same, and is not counted', async () => {
    const world = await World.open(SLOW);
    const client = world.connect();
    client.write(bytesOf(300));
    client.end();
    world.run(300);
    expect(readBy(world.backend().received).rest).toEqual(bytesOf(300));
    world.backend().end();
    world.run(100);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', bytesUp: 300 });
  });

  test('until connect.timeout: the attempt fails', async () => {
    const world = await World.open({
      ...SLOW,
      connect: { ...SLOW.connect, retries: 0 },
      serve: (peer) => peer.stopReading(),
    });
    const client = world.connect();
    world.run(CONNECT_TIMEOUT_MS - 20);
    expect([world.state(), world.counts(0)]).toEqual(['dialing', [1, 0]]);
    world.run(50);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({
      reason: 'connect-timeout',
      during: 'dialing',
      attempts: [{ error: 'timeout' }],
    });
  });

  test('and resets: the next one is tried, and the last failure is the handshake', async () => {
    const world = await World.open({
      ...SLOW,
      connect: { ...SLOW.connect, retries: 1 },
      serve: (peer) => {
        peer.stopReading();
        peer.reset();
      },
    });
    world.connect();
    world.run(50);
    expect(world.closed()).toMatchObject({
      reason: 'backend-handshake',
      during: 'dialing',
      attempts: [{ error: 'ECONNRESET' }, { error: 'ECONNRESET' }],
    });
  });

  test.each([
    [
      'a RST of the client',
      'client-reset',
      (_world: World, client: ReturnType<World['connect']>) => client.reset(),
    ],
    ['a kill', 'killed', (world: World) => world.kill()],
  ] as const)('%s ends it', async (_name, reason, end) => {
    const world = await World.open({ ...SLOW, serve: (peer) => peer.stopReading() });
    const client = world.connect();
    world.run(20);
    end(world, client);
    world.run(20);
    expect(world.closed()).toMatchObject({ reason, during: 'dialing', attempts: [{ error: 'cancelled' }] });
    world.backend().startReading();
    world.run(5);
    expect(seen(world.backend())).toBe('reset');
  });
});
