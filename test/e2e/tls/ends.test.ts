import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { later } from '../../support/cleanup.ts';
import { startSServer } from '../../support/s-server.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { hear, serve } from '../../support/tcp.ts';
import { AUTHORITY, EDGE, startClient } from './client.ts';

const BACKEND = AUTHORITY.issue({ names: ['backend.test'] });
const QUESTION = 'question '.repeat(20_000);

describe('the end of a stream over TLS', () => {
  test('close_notify of the client is FIN for the backend, whose answer still comes', async () => {
    const { sluice, next } = await inFrontOfRaw();
    const client = await secured(sluice);
    const answer = text(client);
    client.end(QUESTION);
    const backend = await next();
    const question = await text(backend);
    backend.end(`${question.length} bytes`);
    expect(await answer).toBe(`${QUESTION.length} bytes`);
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ reason: 'client-fin', bytes_up: QUESTION.length });
    await expectCleanEnd(sluice);
  });

  test('FIN of the backend is close_notify for the client, which can go on', async () => {
    const { sluice, next } = await inFrontOfRaw();
    const client = await secured(sluice);
    client.write('hello');
    const backend = await next();
    const question = text(backend);
    backend.end('no more from here');
    expect(await text(client)).toBe('no more from here');
    client.end(QUESTION);
    expect(await question).toBe(`hello${QUESTION}`);
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ reason: 'backend-fin', bytes_up: 5 + QUESTION.length });
    await expectCleanEnd(sluice);
  });

  test('s_client that is killed has said nothing of an end: the backend is reset', async () => {
    const { sluice, next } = await inFrontOfRaw();
    const client = startClient(sluice);
    client.write('half a sentence');
    const backend = await next();
    await once(backend, 'readable');
    const heard = hear(backend);
    client.signal('SIGKILL');
    expect((await heard).end).toBe('ECONNRESET');
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ reason: expect.stringMatching(/^client-(truncated|reset)$/), by: 'client' });
    await expectCleanEnd(sluice);
  });

  test('s_server that is killed has said nothing of an end: the client is reset', async () => {
    const { port, server } = await startSServer(BACKEND, ['-quiet']);
    const sluice = await inFrontOf(port, `tls: { server_name: backend.test, ca: ${AUTHORITY.certFile} }`);
    const client = await secured(sluice);
    client.write('hello\n');
    await server.waitForLine(/hello/);
    const ended = once(client, 'error');
    server.signal('SIGKILL');
    expect(await ended).toMatchObject([{ code: 'ECONNRESET' }]);
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ reason: 'backend-truncated', by: 'backend' });
    await expectCleanEnd(sluice);
  });

  test('s_client that ends by close_notify ends s_server by close_notify', async () => {
    const { port, server } = await startSServer(BACKEND, ['-quiet', '-naccept', '1']);
    const sluice = await inFrontOf(port, `tls: { server_name: backend.test, ca: ${AUTHORITY.certFile} }`);
    const client = startClient(sluice, '-no_ign_eof', '-nocommands');
    client.endInput('the whole of it\n');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.stdout.toString()).toBe('the whole of it\n');
    expect(server.stderr.toString()).not.toMatch(/error/i);
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ bytes_up: 16, reason: expect.stringMatching(/-fin$/) });
  });
});

/** Sluice that terminates TLS in front of a server of the test, whose connections come by `next`. */
async function inFrontOfRaw(): Promise<{ sluice: Sluice; next: () => Promise<Socket> }> {
  const come: ((socket: Socket) => void)[] = [];
  const there: Socket[] = [];
  const { port } = await serve((socket) => {
    const take = come.shift();
    if (take === undefined) there.push(socket);
    else take(socket);
  });
  const next = (): Promise<Socket> => {
    const socket = there.shift();
    return socket === undefined ? new Promise((resolve) => come.push(resolve)) : Promise.resolve(socket);
  };
  return { sluice: await inFrontOf(port), next };
}

function inFrontOf(port: number, connectKeys = ''): Promise<Sluice> {
  return startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, ${EDGE}, to: app }]
pools: { app: { backends: ["127.0.0.1:${port}"], connect: { ${connectKeys} } } }
`);
}

/** A client whose handshake is done; its two directions end apart. */
async function secured(sluice: Sluice): Promise<TLSSocket> {
  const options = { ...sluice.address(), ca: AUTHORITY.cert, servername: 'edge.test', allowHalfOpen: true };
  const socket = connect(options);
  later(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything that comes until the end. Rejects where the end is none. */
async function text(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (data: Buffer) => pieces.push(data));
  await once(socket, 'end');
  return Buffer.concat(pieces).toString();
}
