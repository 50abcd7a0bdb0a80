import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { greet, greeter, greetings } from '../../support/greeter.ts';
import { startSluice } from '../../support/sluice.ts';
import { fileWith } from '../cli/files.ts';
import { api } from './answers.ts';

async function running(admin = '') {
  const [a, b] = await Promise.all([greeter('a'), greeter('b')]);
  const file = fileWith(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web:
    backends: [{ address: 127.0.0.1:${a.port}, name: a }, { address: 127.0.0.1:${b.port}, name: b }]
timeouts: { drain: 10s }
workers: 2
admin: { listen: 127.0.0.1:0${admin} }
`);
  const sluice = await startSluice(['run', file]);
  return { file, sluice, ask: await api(sluice) };
}

describe('the admin API', () => {
  test('tells of connections, pools, listeners, charts and the configuration as its document says', async () => {
    const { file, sluice, ask } = await running();
    const clients = await Promise.all(Array.from({ length: 5 }, () => greet(sluice.address())));
    clients[2]?.socket.write('x'.repeat(5_000));
    const { body } = await eventually(async () => {
      const page = await ask('GET /v1/connections?sort=-bytes&state=streaming&client=127.0.0.0/8&limit=2');
      const [first] = page.body['connections'] as { bytesUp: number }[];
      return page.body['matched'] === 5 && first?.bytesUp === 5_000 ? page : undefined;
    }, 'the connections');
    const first = (body['connections'] as { connection: string }[])[0]?.connection ?? '';
    const next = await ask(
      `GET /v1/connections?sort=-bytes&state=streaming&client=127.0.0.0/8&limit=5&cursor=${body['next']}`,
    );
    expect(next.body['connections']).toHaveLength(3);
    expect((await ask(`GET /v1/connections/${first}`)).body).toMatchObject({ bytesUp: 5_000, pool: 'web' });
    for (const path of [
      'status',
      'pools',
      'pools/web',
      'pools/web/history',
      'listeners',
      'listeners/edge',
      'machines',
      'machines/shard',
    ])
      expect((await ask(`GET /v1/${path}`)).status).toBe(200);
    for (const path of [
      'pools/x',
      'pools/x/history',
      'listeners/x',
      'machines/x',
      'machines/x/counts',
      'connections/ffffffffffff',
    ])
      expect((await ask(`GET /v1/${path}`)).status).toBe(404);
    for (const name of ['connection', 'balancer', 'health-checker', 'name', 'circuit', 'shard'])
      expect((await ask(`GET /v1/machines/${name}/counts`)).status).toBe(200);
    const { states, transitions } = (await ask('GET /v1/machines/connection/counts')).body as {
      states: Record<string, { live: number; entered: number }>;
      transitions: unknown[];
    };
    expect(states['streaming']).toEqual({ live: 5, entered: 5 });
    expect(transitions).toContainEqual({ from: 'dialing', event: 'dialed', to: 'streaming', taken: 5 });
    expect(transitions).toContainEqual({ from: 'streaming', event: 'kill', to: 'draining', taken: 0 });
    const { body: ofEdge } = await ask('GET /v1/machines/connection/counts?listener=edge');
    expect(ofEdge).toEqual({ states, transitions });
    expect((await ask('GET /v1/machines/connection/counts?listener=nobody')).status).toBe(404);
    expect((await ask('GET /v1/machines/shard/counts?listener=edge')).status).toBe(400);
    expect((await ask('GET /v1/config')).body).toEqual({ text: readFileSync(file, 'utf8') });
    expect((await ask('POST /v1/config:validate', 'listeners: []\n')).status).toBe(422);
    expect((await ask('POST /v1/config:validate', readFileSync(file, 'utf8'))).body).toEqual({
      warnings: [],
    });
  });

  test('drains a backend and gives it another weight for new connections, over a reload, and audits each write', async () => {
    const { file, sluice, ask } = await running();
    const held = await Promise.all([greet(sluice.address()), greet(sluice.address())]);
    const onB = held.find(({ by }) => by === 'b');
    const { body } = await ask('PATCH /v1/pools/web/backends/b', { admin: 'drain' });
    expect(body).toMatchObject({ weight: 0, override: { admin: 'drain' } });
    expect(await greetings(sluice.address(), 4)).toEqual(['a', 'a', 'a', 'a']);
    writeFileSync(file, readFileSync(file, 'utf8').replace('10s', '11s'));
    sluice.signal('SIGHUP');
    await sluice.waitForEvent('reloaded');
    expect(await greetings(sluice.address(), 4)).toEqual(['a', 'a', 'a', 'a']);
    onB?.socket.write('!');
    expect(
      onB === undefined ? '!' : `${await new Promise((resolve) => onB.socket.once('data', resolve))}`,
    ).toBe('!');
    await ask('PATCH /v1/pools/web/backends/b', { admin: 'ready' });
    expect(new Set(await greetings(sluice.address(), 6))).toEqual(new Set(['a', 'b']));
    const { changes } = (await ask('GET /v1/pools/web/history')).body as { changes: object[] };
    expect(changes.slice(-2)).toMatchObject([
      { backend: 'b', kind: 'override', from: 'ready', to: 'drain' },
      { backend: 'b', kind: 'override', from: 'drain', to: 'ready' },
    ]);
    expect(await sluice.waitForEvent('admin.write')).toMatchObject({
      method: 'PATCH',
      path: '/v1/pools/web/backends/b',
      change: '{"admin":"drain"}',
      status: 200,
    });
  });

  test('ends one connection, and those that a filter means; the stream of events tells of each', async () => {
    const { sluice, ask } = await running();
    const events = await fetch(`${sluice.admin}/v1/events?kind=entered,closed`);
    const reader = (events.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    const clients = await Promise.all(Array.from({ length: 4 }, () => greet(sluice.address())));
    const ended = clients.map(({ socket }) => new Promise((resolve) => socket.once('error', resolve)));
    const { body } = await ask('GET /v1/connections');
    const [{ connection } = { connection: '' }] = body['connections'] as { connection: string }[];
    expect((await ask(`DELETE /v1/connections/${connection}`)).body).toEqual({ killed: 1 });
    await Promise.race(ended);
    await eventually(
      async () => (await ask('GET /v1/connections')).body['matched'] === 3 || undefined,
      'the end',
    );
    expect((await ask('POST /v1/connections:kill', { pool: 'web', max: 1000 })).body).toEqual({
      killed: 3,
      matched: 3,
    });
    expect(await Promise.all(ended)).toMatchObject(Array(4).fill({ code: 'ECONNRESET' }));
    expect(await sluice.waitForEvent('connection.closed', 4)).toMatchObject({ reason: 'killed' });
    let told = '';
    while ((told.match(/"reason":"killed"/g) ?? []).length < 4) told += (await reader.read()).value ?? '';
    expect(told).toContain('"state":"streaming"');
    expect(told).toMatch(/^event: entered$/m);
    await reader.cancel();
    const ids = [...told.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    const again = await fetch(`${sluice.admin}/v1/events?kind=closed`, {
      headers: { 'last-event-id': `${ids[0]}` },
    });
    const rest = (again.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    let repeated = '';
    while ((repeated.match(/"reason":"killed"/g) ?? []).length < 4)
      repeated += (await rest.read()).value ?? '';
    expect(repeated).not.toContain('event: dropped');
    await rest.cancel();
  });

  test('drains one listener, which keeps its connections and its port, over a reload, and resumes it', async () => {
    const { file, sluice, ask } = await running();
    const { port } = sluice.address();
    const held = await greet(sluice.address());
    expect((await ask('GET /v1/listeners/edge')).body).toMatchObject({ state: 'accepting' });
    expect((await ask('POST /v1/listeners/edge:drain')).body).toMatchObject({ state: 'draining' });
    await expect(greet(sluice.address())).rejects.toThrow('ECONNREFUSED');
    writeFileSync(file, readFileSync(file, 'utf8').replace('10s', '11s'));
    sluice.signal('SIGHUP');
    await sluice.waitForEvent('reloaded', 2);
    await expect(greet(sluice.address())).rejects.toThrow('ECONNREFUSED');
    held.socket.write('!');
    expect(`${await new Promise((resolve) => held.socket.once('data', resolve))}`).toBe('!');
    held.socket.end();
    await eventually(async () => {
      const { body } = await ask('GET /v1/listeners/edge');
      return body['state'] === 'drained' || undefined;
    }, 'its last connection to go');
    const { body } = await ask('POST /v1/listeners/edge:resume');
    expect(body).toMatchObject({ state: 'accepting', address: `127.0.0.1:${port}`, accepted: 1 });
    expect(await greetings(sluice.address(), 2)).toHaveLength(2);
    expect((await ask('POST /v1/listeners/x:drain')).status).toBe(404);
  });

  test('drains the service, which then ends as by SIGTERM', async () => {
    const { sluice, ask } = await running();
    expect(await ask('POST /v1/drain')).toEqual({ status: 202, body: { connections: 0 } });
    expect(await sluice.child.ended).toMatchObject({ code: 0 });
  });

  test('is served to other machines over TLS with the token alone', async () => {
    const { certFile, keyFile, cert } = selfSigned({ names: ['proxy.test'] });
    const text = (admin: string): string => `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [127.0.0.1:1], health: off } }
admin: { listen: 0.0.0.0:0, ${admin} }
`;
    const file = fileWith(text(`token_env: ADMIN_TOKEN, tls: { cert: ${certFile}, key: ${keyFile} }`));
    const sluice = await startSluice(['run', file], { env: { ADMIN_TOKEN: 'correct' } });
    const get = (token: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const { port } = new URL(sluice.admin ?? '');
        const options = { host: '127.0.0.1', port, path: '/v1/status', ca: cert, servername: 'proxy.test' };
        const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
        request({ ...options, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    expect([await get(''), await get('wrong'), await get('correct')]).toEqual([401, 401, 200]);
  });
});
