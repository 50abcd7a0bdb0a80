import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../src/core/errors.ts';
import { LISTENER_STAGES_MAX } from '../../src/core/stage-control.ts';
import { BODY_BYTES_MAX, WRITES_MAX } from '../../src/toxiproxy/limits.ts';
import { FakeService, serveApi } from './fake-service.ts';

const REDIS = { name: 'redis', listen: '127.0.0.1:26379', upstream: 'localhost:6379' };
const LATENCY = { type: 'latency', attributes: { latency: 100 } };

/** What is wrong, and the whole body that says so. Before each there is `redis` with a toxic. */
const CASES: readonly (readonly [
  method: string,
  path: string,
  body: unknown,
  status: number,
  error: string,
])[] = [
  ['POST', '/proxies', '', 400, 'bad request body: EOF'],
  ['POST', '/proxies', [], 400, 'bad request body: json: cannot unmarshal array into Go value of type Proxy'],
  [
    'POST',
    '/proxies',
    { name: 1 },
    400,
    'bad request body: json: cannot unmarshal number into Go struct field Proxy.name of type string',
  ],
  [
    'POST',
    '/proxies',
    { enabled: 'yes' },
    400,
    'bad request body: json: cannot unmarshal string into Go struct field Proxy.enabled of type bool',
  ],
  ['POST', '/proxies', {}, 400, 'missing required field: name'],
  ['POST', '/proxies', { name: 'x' }, 400, 'missing required field: upstream'],
  ['POST', '/proxies', REDIS, 409, 'proxy already exists'],
  ['POST', '/proxies', { ...REDIS, name: 'web' }, 409, 'proxy already exists'],
  [
    'POST',
    '/proxies',
    { ...REDIS, name: 'a b' },
    400,
    'bad request body: name "a b" is not possible; expected letters, digits, "_", "-" and "."',
  ],
  [
    'POST',
    '/proxies',
    { ...REDIS, name: 'other' },
    500,
    'listen tcp 127.0.0.1:26379: bind: address already in use',
  ],
  [
    'POST',
    '/proxies',
    { name: 'x', listen: '127.0.0.1', upstream: 'a:1' },
    500,
    'listen tcp: address 127.0.0.1: the port is missing',
  ],
  [
    'POST',
    '/proxies',
    { name: 'x', upstream: 'a' },
    400,
    'bad request body: upstream a: the port is missing',
  ],
  ['GET', '/proxies/none', undefined, 404, 'proxy not found'],
  ['POST', '/proxies/none', {}, 404, 'proxy not found'],
  ['DELETE', '/proxies/none', undefined, 404, 'proxy not found'],
  ['GET', '/proxies/none/toxics', undefined, 404, 'proxy not found'],
  ['POST', '/proxies/none/toxics', LATENCY, 404, 'proxy not found'],
  ['GET', '/proxies/none/toxics/x', undefined, 404, 'proxy not found'],
  ['DELETE', '/proxies/none/toxics/x', undefined, 404, 'proxy not found'],
  ['GET', '/proxies/redis/toxics/x', undefined, 404, 'toxic not found'],
  ['PATCH', '/proxies/redis/toxics/x', {}, 404, 'toxic not found'],
  ['DELETE', '/proxies/redis/toxics/x', undefined, 404, 'toxic not found'],
  ['POST', '/proxies/redis/toxics', LATENCY, 409, 'toxic already exists'],
  ['POST', '/proxies/redis/toxics', { type: 'rain' }, 400, 'invalid toxic type'],
  ['POST', '/proxies/redis/toxics', { type: 'constructor' }, 400, 'invalid toxic type'],
  [
    'POST',
    '/proxies/redis/toxics',
    { ...LATENCY, stream: 'sideways' },
    400,
    'stream was invalid, can be either upstream or downstream',
  ],
  [
    'POST',
    '/proxies/redis/toxics',
    { type: 'bandwidth', attributes: { rate: 1.5 } },
    400,
    'bad request body: json: cannot unmarshal number 1.5 into Go struct field toxics.Toxic.rate of type int64',
  ],
  [
    'PATCH',
    '/proxies/redis/toxics/latency_downstream',
    { attributes: { latency: 'long' } },
    400,
    'bad request body: json: cannot unmarshal string into Go struct field toxics.Toxic.latency of type int64',
  ],
  [
    'DELETE',
    '/proxies/web',
    undefined,
    409,
    'proxy web is a listener of the configuration and cannot be deleted here; it can be disabled, and given toxics',
  ],
  [
    'POST',
    '/proxies/web',
    { upstream: 'other:1' },
    409,
    'proxy web is a listener of the configuration and cannot be moved here; it can be disabled, and given toxics',
  ],
];

describe('what is wrong', () => {
  it.each(CASES)('%s %s %j is refused with its status and exactly its words', async (...of) => {
    const [method, path, body, status, error] = of;
    const { ask } = serveApi();
    await ask('POST', '/proxies', REDIS);
    await ask('POST', '/proxies/redis/toxics', LATENCY);
    const before = await ask('GET', '/proxies');
    const answer = await ask(method, path, body);
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
      body: `${JSON.stringify({ error, status })}\n`,
    });
    expect((await ask('GET', '/proxies')).body).toBe(before.body);
  });

  it('what is no JSON is told to be none', async () => {
    const answer = await serveApi().ask('POST', '/proxies', '{"name": ');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ error: expect.stringMatching(/^bad request body: /) });
  });

  it.each([
    [[{ name: 'a', upstream: 'b:1' }, {}], 400, 'missing required field: name at proxy 2'],
    [[{ name: 'a' }], 400, 'missing required field: upstream at proxy 1'],
    [{}, 400, 'bad request body: json: cannot unmarshal object into Go value of type []Proxy'],
    [
      [
        { name: 'a', upstream: 'b:1' },
        { name: 'a', upstream: 'c:1' },
      ],
      500,
      'duplicate proxy name "a"',
    ],
    [
      [
        { name: 'a', upstream: 'b:1' },
        { name: 'b', listen: '127.0.0.1:8080', upstream: 'c:1' },
      ],
      500,
      'listen tcp 127.0.0.1:8080: bind: address already in use',
    ],
  ])('populating with %j changes nothing and says so as JSON', async (body, status, error) => {
    const { ask } = serveApi();
    const before = await ask('GET', '/proxies');
    const answer = await ask('POST', '/populate', body);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/json' } });
    expect(answer.body).toBe(JSON.stringify({ error, status, proxies: null }));
    expect((await ask('GET', '/proxies')).body).toBe(before.body);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/proxies/'],
    ['GET', '/metrics'],
    ['GET', '/proxies/%zz'],
    ['GET', '/proxies/a/toxics/b/c'],
  ])('nothing is at %s %s', async (method, path) => {
    expect(await serveApi().ask(method, path)).toMatchObject({ status: 404, body: '404 page not found\n' });
  });

  it.each([
    ['PUT', '/proxies'],
    ['GET', '/reset'],
    ['HEAD', '/version'],
    ['PUT', '/proxies/web'],
    ['OPTIONS', '/proxies/web/toxics'],
  ])('%s %s is not among the methods of its path', async (method, path) => {
    expect(await serveApi().ask(method, path)).toMatchObject({ status: 405, body: '' });
  });

  it('a browser is sent away, so that no web page changes anything', async () => {
    const { ask } = serveApi();
    const answer = await ask('POST', '/proxies', REDIS, 'Mozilla/5.0 (X11)');
    expect(answer).toMatchObject({ status: 403, body: 'User agent not allowed\n' });
    expect((await ask('GET', '/proxies/redis')).status).toBe(404);
  });

  it.each([
    [
      new SluiceError('LISTEN_FAILED', 'listener "x" cannot be bound to 127.0.0.1:80: EACCES'),
      500,
      'listen tcp 127.0.0.1:80: bind: permission denied',
    ],
    [
      new SluiceError('RELOAD_REFUSED', 'a service that is draining is not reloaded'),
      503,
      'a service that is draining is not reloaded',
    ],
    [new Error('broken'), 500, 'internal error: broken'],
  ])(
    'a change that the service refuses (%s) is told in words that clients know',
    async (failure, status, error) => {
      const { ask, service } = serveApi();
      service.failure = failure;
      expect(JSON.parse((await ask('POST', '/proxies', REDIS)).body)).toEqual({ error, status });
    },
  );
});

describe('limits', () => {
  it('a body that is too long is refused before it has ended', async () => {
    const { send } = serveApi();
    const head = `POST /proxies HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY_BYTES_MAX + 2}\r\n\r\n`;
    const answer = await send(head + 'x'.repeat(BODY_BYTES_MAX + 1));
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
  });

  it('more changes than may wait are told to come again', async () => {
    const service = new FakeService();
    let open = (): void => {};
    service.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { ask } = serveApi(service);
    const asked = Array.from({ length: WRITES_MAX + 1 }, (_, at) =>
      ask('POST', '/proxies', { name: `p${at}`, upstream: 'a:1' }),
    );
    expect((await asked.at(-1))?.status).toBe(503);
    open();
    expect((await Promise.all(asked)).filter(({ status }) => status === 201)).toHaveLength(WRITES_MAX);
  });

  it('a proxy has so many toxics and no more', async () => {
    const { ask } = serveApi();
    for (let at = 0; at < LISTENER_STAGES_MAX; at++)
      await ask('POST', '/proxies/web/toxics', { type: 'noop', name: `n${at}` });
    expect((await ask('POST', '/proxies/web/toxics', LATENCY)).status).toBe(409);
  });
});

describe('who watches', () => {
  it('hears of each request for a change, and of no other', async () => {
    const { ask, writes } = serveApi();
    await ask('GET', '/proxies');
    await ask('POST', '/proxies?x=1', REDIS);
    await ask('DELETE', '/proxies/none');
    const by = { remote: '127.0.0.1:4711', token: null };
    expect(writes).toEqual([
      { ...by, method: 'POST', path: '/proxies', change: JSON.stringify(REDIS), status: 201, detail: null },
      {
        ...by,
        method: 'DELETE',
        path: '/proxies/none',
        change: null,
        status: 404,
        detail: 'proxy not found',
      },
    ]);
  });
});
