import { fileURLToPath } from 'node:url';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { describe, expect, test } from 'vitest';
import { createMachine, type StateValue } from 'xstate';
import { INSPECT_PROTOCOL, TOKEN_PROTOCOL } from '../../../src/admin/inspect/offered-token.ts';
import { INSPECT_SOCKETS_MAX } from '../../../src/admin/limits.ts';
import { INSPECTED_CONNECTIONS_MAX } from '../../../src/core/inspection.ts';
import { selfSigned } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { type Sluice, type SluiceOptions, startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { fileWith } from '../cli/files.ts';
import { connected, events, idOf, inspector, open, type Told, until, values } from './inspector.ts';

/** A Sluice whose shards fail on request. */
const FAILING = fileURLToPath(new URL('../../support/peers/failing-host.mjs', import.meta.url));

async function proxy(
  { admin = '127.0.0.1:0', more = '', workers = 2, health = '{ interval: 200ms }' } = {},
  options: SluiceOptions = {},
): Promise<Sluice> {
  const backend = await serve((socket) => void socket.pipe(socket));
  const file = fileWith(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { health: ${health}, backends: [{ address: 127.0.0.1:${backend.port}, name: one }] } }
workers: ${workers}
admin: { listen: ${admin}${more} }
`);
  return startSluice(['run', file], options);
}

/** What the receiver of Stately's own package hears. */
function receive(sluice: Sluice, query: string): Told[] {
  const told: Told[] = [];
  createWebSocketReceiver({ server: inspector(sluice, query) }).subscribe(
    (event) => void told.push(event as Told),
  );
  return told;
}

describe("Stately's inspector", () => {
  test('hears the life of each new connection of a listener, in the order of the chart, which it can read', async () => {
    const sluice = await proxy();
    const told = receive(sluice, 'listener=edge');
    // The receiver does not say when it is there.
    await eventually(async () => {
      (await connected(sluice)).end();
      return told.length > 0;
    }, 'the first connection that the receiver hears of');
    const { sessionId } = told[0] as Told;
    const own = (): Told[] => told.filter((message) => message.sessionId === sessionId);
    await until(() => own().at(-1)?.snapshot?.status === 'done', 'the end of that connection');

    const [actor] = own();
    expect(actor).toMatchObject({ type: '@xstate.actor', rootId: sessionId, name: `edge ${sessionId}` });
    const chart = createMachine(JSON.parse((actor as { definition: string }).definition));
    for (const value of values(own()))
      expect(() => chart.resolveState({ value: value as StateValue })).not.toThrow();
    expect(events(own()).slice(0, 5)).toEqual(['xstate.init', 'admitted', 'sniffed', 'routed', 'dialed']);
    expect(events(own()).slice(5).sort()).toEqual(['backend.fin', 'client.fin', 'flushed']);
    expect(values(own()).slice(0, 5)).toEqual([
      { accepting: 'admission' },
      { sniffing: 'peek' },
      'routing',
      { dialing: 'connect' },
      { relaying: 'streaming' },
    ]);
    expect(values(own()).at(-1)).toBe('closed');
    expect(own().at(-1)?.snapshot?.context).toMatchObject({
      reason: 'client-fin',
      pool: 'web',
      backend: 'one',
    });
  });

  test('is told how a connection stands, what comes after that, and that it has ended; and of probes', async () => {
    const sluice = await proxy();
    const client = await connected(sluice);
    const id = await idOf(sluice);
    const { messages, status, closed } = open(inspector(sluice, `connection=${id}`));
    expect(await status).toBe(101);
    await until(() => messages.length > 0, 'the first message');
    expect(messages[0]).toMatchObject({
      type: '@xstate.actor',
      sessionId: id,
      snapshot: {
        value: { relaying: 'streaming' },
        status: 'active',
        context: { listener: 'edge', pool: 'web' },
      },
    });
    client.resetAndDestroy();
    expect(await closed).toEqual({ code: 1000, why: 'the connection has ended' });
    expect(events(messages)).toEqual(['client.reset', 'flushed']);
    expect(values(messages)).toEqual([{ relaying: 'draining' }, 'closed']);

    const pool = open(inspector(sluice, 'pool=web'));
    expect(await pool.status).toBe(101);
    await until(() => events(pool.messages).includes('probe.passed'), 'a probe');
    const actors = pool.messages.filter(({ type }) => type === '@xstate.actor') as {
      readonly name: string;
      readonly parentId?: string;
    }[];
    expect(actors.map(({ name }) => name)).toEqual(['web', 'web/one']);
    expect(actors[1]?.parentId).toBe(pool.messages[0]?.sessionId);
  });

  test('hears it when a shard dies: of its connections, its supervisor, and those of the next one', async () => {
    const sluice = await proxy({ workers: 1 }, { main: FAILING });
    await connected(sluice);
    const connection = open(inspector(sluice, `connection=${await idOf(sluice)}`));
    const shard = open(inspector(sluice, 'shard=0'));
    const listener = open(inspector(sluice, 'listener=edge'));
    expect(await Promise.all([connection.status, shard.status, listener.status])).toEqual([101, 101, 101]);
    sluice.child.write('throw 0\n');
    expect(await connection.closed).toMatchObject({ code: 1000 });
    expect(connection.messages.at(-1)?.snapshot).toMatchObject({
      value: 'closed',
      status: 'done',
      context: { reason: 'shard-failed' },
    });
    // One that has been steady for a while says `running` once more.
    const failing = () => values(shard.messages).slice(values(shard.messages).indexOf('ending'));
    await until(() => failing().includes('starting') && failing().includes('running'), 'the next generation');
    expect(failing().slice(0, 4)).toEqual(['ending', 'waiting', 'starting', 'running']);
    await connected(sluice);
    await until(() => events(listener.messages).includes('dialed'), 'a connection of the next generation');
    expect(listener.messages[0]?.sessionId).toMatch(/^0001/);
  });
});

describe('an inspector', () => {
  test('is refused where it has no business, and told why', async () => {
    const sluice = await proxy();
    const asks: [number, string, object][] = [
      [403, 'pool=web', { origin: 'http://evil.example' }],
      [421, 'pool=web', { headers: { host: 'evil.example' } }],
      [404, 'connection=00ffffffffff', {}],
      [404, 'pool=none', {}],
      [400, 'pool=web&shard=0', {}],
    ];
    for (const [status, query, options] of asks)
      expect(await open(inspector(sluice, query), [], options).status).toBe(status);
    const taken = Array.from({ length: INSPECT_SOCKETS_MAX }, () => open(inspector(sluice, 'pool=web')));
    expect(new Set(await Promise.all(taken.map(({ status }) => status)))).toEqual(new Set([101]));
    expect(await open(inspector(sluice, 'pool=web')).status).toBe(503);
    taken[0]?.socket.close();
    await eventually(
      async () => (await open(inspector(sluice, 'pool=web')).status) === 101,
      'a place that was given back',
    );
    const ended = taken.slice(1).map(({ closed }) => closed);
    await sluice.stop();
    expect(new Set((await Promise.all(ended)).map(({ code }) => code))).toEqual(new Set([1001]));
  });

  test('shows its token as browsers can, where others reach the address', async () => {
    const { certFile, keyFile } = selfSigned({ names: ['proxy.test'] });
    const more = `, token_env: ADMIN_TOKEN, tls: { cert: ${certFile}, key: ${keyFile} }`;
    const sluice = await proxy({ admin: '0.0.0.0:0', more }, { env: { ADMIN_TOKEN: 'a/secret?' } });
    const ask = (token: string) => {
      const offered = `${TOKEN_PROTOCOL}${Buffer.from(token).toString('base64url')}`;
      return open(inspector(sluice, 'pool=web'), [INSPECT_PROTOCOL, offered], { rejectUnauthorized: false });
    };
    expect(await ask('another').status).toBe(401);
    const right = ask('a/secret?');
    expect(await right.status).toBe(101);
    expect(right.socket.protocol).toBe(INSPECT_PROTOCOL);
    await until(() => right.messages.length > 0, 'the first message');
  });

  test('that does not read holds up nobody, and is cut; what it held is given back', async () => {
    const sluice = await proxy({ health: 'off' });
    (await connected(sluice)).destroy();
    await sluice.waitForClosed(1);
    const descriptors = sluice.fdCount();
    const silent = open(inspector(sluice, 'listener=edge'));
    const other = open(inspector(sluice, 'listener=edge'));
    expect(await Promise.all([silent.status, other.status])).toEqual([101, 101]);
    silent.socket.pause();
    for (let done = 0; done < INSPECTED_CONNECTIONS_MAX + 10; done += 10)
      await Promise.all(
        Array.from({ length: 10 }, () => connected(sluice).then((client) => client.resetAndDestroy())),
      );
    // The one that reads is told of as many as it may be, and closed when the last of them has ended.
    expect(await other.closed).toMatchObject({ code: 1000 });
    const actors = other.messages.filter(({ type }) => type === '@xstate.actor');
    expect(actors).toHaveLength(INSPECTED_CONNECTIONS_MAX);
    expect(events(other.messages)).not.toContain('sluice.missed');
    await until(() => sluice.fdCount() <= descriptors, 'the descriptor of the one that does not read');
    expect(silent.messages.length).toBeLessThan(other.messages.length);
  });
});
