import { describe, expect, it } from 'vitest';
import { planOf } from '../control/plans.ts';
import { FakeService, serveApi } from './fake-service.ts';

const REDIS = { name: 'redis', listen: 'localhost:26379', upstream: 'localhost:6379' };
const SHOWN =
  '{"name":"redis","listen":"127.0.0.1:26379","upstream":"localhost:6379","enabled":true,"toxics":[]}';

describe('proxies', () => {
  it('are shown as Toxiproxy shows them, to the byte', async () => {
    const { ask } = serveApi();
    const made = await ask('POST', '/proxies', REDIS);
    expect(made).toMatchObject({ status: 201, headers: { 'content-type': 'application/json' }, body: SHOWN });
    expect(await ask('GET', '/proxies/redis')).toMatchObject({ status: 200, body: SHOWN });
    const web =
      '{"name":"web","listen":"127.0.0.1:8080","upstream":"10.0.0.1:80","enabled":true,"toxics":[]}';
    expect((await ask('GET', '/proxies')).body).toBe(`{"redis":${SHOWN},"web":${web}}`);
  });

  it('lead to a pool where a listener has several backends, or several pools', async () => {
    const base = planOf({ a: '127.0.0.1:1', b: 'unix:/run/x.sock' }, { web: ['10.0.0.1:80', '10.0.0.2:80'] });
    const { ask } = serveApi(new FakeService(base));
    expect(JSON.parse((await ask('GET', '/proxies')).body)).toEqual({
      a: { name: 'a', listen: '127.0.0.1:1', upstream: 'web', enabled: true, toxics: [] },
    });
  });

  it('have a free port where 0 is asked for, also after being closed and opened', async () => {
    const { ask, service } = serveApi();
    const listenOf = (body: string): string => (JSON.parse(body) as { listen: string }).listen;
    const made = listenOf((await ask('POST', '/proxies', { ...REDIS, listen: '127.0.0.1:0' })).body);
    expect(made).toBe('127.0.0.1:40001');
    expect(listenOf((await ask('POST', '/proxies/redis', { enabled: false })).body)).toBe(made);
    expect(service.bound).not.toHaveProperty('redis');
    expect(listenOf((await ask('POST', '/proxies/redis', { enabled: true })).body)).toBe(made);
    expect(service.bound['redis']).toBe(made);
  });

  it('keep the socket of a free port when only their upstream changes, and lose their connections', async () => {
    const { ask, service } = serveApi();
    await ask('POST', '/proxies', { ...REDIS, listen: '127.0.0.1:0' });
    await ask('PATCH', '/proxies/redis', { listen: '127.0.0.1:40001', upstream: 'other:1' });
    expect(service.overlay.proxies.get('redis')?.listen).toMatchObject({ port: 0 });
    expect(service.bound['redis']).toBe('127.0.0.1:40001');
    expect(service.resets).toEqual(['redis']);
  });

  it('are left as they are by an update that says nothing new', async () => {
    const { ask, service } = serveApi();
    await ask('POST', '/proxies', REDIS);
    expect((await ask('POST', '/proxies/redis', { ...REDIS, name: 'other' })).body).toBe(SHOWN);
    expect(service.resets).toEqual([]);
  });

  it('of the configuration are closed, with their connections, and opened', async () => {
    const { ask, service } = serveApi();
    const closed = await ask('POST', '/proxies/web', { enabled: false });
    expect(JSON.parse(closed.body)).toMatchObject({ listen: '127.0.0.1:8080', enabled: false });
    expect(service.bound).toEqual({});
    expect(service.resets).toEqual(['web']);
    await ask('POST', '/proxies/web', { enabled: true });
    expect(service.bound).toEqual({ web: '127.0.0.1:8080' });
  });

  it('are gone when they were deleted, with their connections and toxics', async () => {
    const { ask, service } = serveApi();
    await ask('POST', '/proxies', REDIS);
    await ask('POST', '/proxies/redis/toxics', { type: 'timeout' });
    expect(await ask('DELETE', '/proxies/redis')).toMatchObject({ status: 204, body: '' });
    expect(service.resets).toEqual(['redis']);
    await ask('POST', '/proxies', REDIS);
    expect((await ask('GET', '/proxies/redis')).body).toBe(SHOWN);
  });

  it('may be closed from the beginning', async () => {
    const { ask, service } = serveApi();
    const made = await ask('POST', '/proxies', { ...REDIS, enabled: false });
    expect(JSON.parse(made.body)).toMatchObject({ listen: '127.0.0.1:26379', enabled: false });
    expect(service.bound).not.toHaveProperty('redis');
  });

  it('have names of their own in the path, escaped or not', async () => {
    const { ask } = serveApi();
    await ask('POST', '/proxies', { ...REDIS, name: 'a.b' });
    expect((await ask('GET', '/proxies/a%2Eb')).status).toBe(200);
  });
});

describe('populating', () => {
  it('makes what is missing, replaces what differs, and leaves alone what is the same', async () => {
    const { ask, service } = serveApi();
    const same = { name: 'same', listen: '127.0.0.1:1001', upstream: 'a:1' };
    const other = { name: 'other', listen: '127.0.0.1:1002', upstream: 'a:1' };
    for (const proxy of [same, other]) {
      await ask('POST', '/proxies', proxy);
      await ask('POST', `/proxies/${proxy.name}/toxics`, { type: 'noop' });
    }
    const web = { name: 'web', listen: '127.0.0.1:8080', upstream: '10.0.0.1:80' };
    const made = { name: 'made', listen: '127.0.0.1:1003', upstream: 'a:1', enabled: false };
    const answer = await ask('POST', '/populate', [same, { ...other, upstream: 'b:1' }, web, made]);
    expect(answer.status).toBe(201);
    const { proxies } = JSON.parse(answer.body) as { proxies: { name: string; toxics: unknown[] }[] };
    expect(proxies.map(({ name, toxics }) => [name, toxics.length])).toEqual([
      ['same', 1],
      ['other', 0],
      ['web', 0],
      ['made', 0],
    ]);
    expect(service.resets).toEqual(['other']);
    expect(Object.keys(service.bound)).not.toContain('made');
  });

  it('with nothing makes nothing', async () => {
    expect((await serveApi().ask('POST', '/populate', [])).body).toBe('{"proxies":null}');
  });
});

describe('toxics', () => {
  it('are downstream, of every connection and named for both where nothing else is said', async () => {
    const { ask } = serveApi();
    const body =
      '{"attributes":{"latency":100,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}';
    const made = await ask('POST', '/proxies/web/toxics', { type: 'latency', attributes: { LATENCY: 100 } });
    expect(made).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' }, body });
    expect((await ask('GET', '/proxies/web/toxics/latency_downstream')).body).toBe(body);
    expect((await ask('GET', '/proxies/web/toxics')).body).toBe(`[${body}]`);
    expect((await ask('GET', '/proxies/web')).body).toContain(`"toxics":[${body}]`);
  });

  it.each([
    ['latency', '{"latency":0,"jitter":0}'],
    ['bandwidth', '{"rate":0}'],
    ['slow_close', '{"delay":0}'],
    ['timeout', '{"timeout":0}'],
    ['reset_peer', '{"timeout":0}'],
    ['slicer', '{"average_size":0,"size_variation":0,"delay":0}'],
    ['limit_data', '{"bytes":0}'],
    ['noop', '{}'],
  ])('of the type %s have all their attributes', async (type, attributes) => {
    const { ask } = serveApi();
    const made = await ask('POST', '/proxies/web/toxics', { type, stream: 'upstream', unknown: 1 });
    expect(made.body).toBe(
      `{"attributes":${attributes},"name":"${type}_upstream","type":"${type}","stream":"upstream","toxicity":1}`,
    );
  });

  it('are changed in what is said, by POST and PATCH, and in nothing else', async () => {
    const { ask } = serveApi();
    await ask('POST', '/proxies/web/toxics', {
      name: 'slow',
      type: 'latency',
      toxicity: 0.5,
      attributes: { latency: 100, jitter: 10 },
    });
    const changed = { name: 'x', type: 'timeout', stream: 'upstream', attributes: { latency: 200 } };
    expect(JSON.parse((await ask('POST', '/proxies/web/toxics/slow', changed)).body)).toEqual({
      attributes: { latency: 200, jitter: 10 },
      name: 'slow',
      type: 'latency',
      stream: 'downstream',
      toxicity: 0.5,
    });
    const patched = await ask('PATCH', '/proxies/web/toxics/slow', { toxicity: 1, attributes: null });
    expect(JSON.parse(patched.body)).toMatchObject({ toxicity: 1, attributes: { latency: 200, jitter: 10 } });
  });

  it('stand in their order, those of the upstream first, and go one by one', async () => {
    const { ask, service } = serveApi();
    const names = async (): Promise<string[]> =>
      (JSON.parse((await ask('GET', '/proxies/web/toxics')).body) as { name: string }[]).map(
        ({ name }) => name,
      );
    for (const [name, stream] of [
      ['a', 'downstream'],
      ['b', 'upstream'],
      ['c', 'downstream'],
      ['d', 'upstream'],
    ])
      await ask('POST', '/proxies/web/toxics', { name, stream, type: 'noop' });
    expect(await names()).toEqual(['b', 'd', 'a', 'c']);
    expect(await ask('DELETE', '/proxies/web/toxics/d')).toMatchObject({ status: 204, body: '' });
    expect(service.replaced['web']?.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
  });
});

describe('the stages of toxics', () => {
  it('are put when a proxy is opened that was given them while it was closed', async () => {
    const { ask, service } = serveApi();
    await ask('POST', '/proxies/web', { enabled: false });
    await ask('POST', '/proxies/web/toxics', { type: 'noop' });
    expect(service.replaced).toEqual({});
    await ask('POST', '/proxies/web', { enabled: true });
    expect(service.replaced['web']).toHaveLength(1);
  });

  it('have the names of their toxics, or others where those do not fit', async () => {
    const { ask, service } = serveApi();
    for (const name of ['plain', 'with space', 'x'.repeat(65), 'with  space'])
      await ask('POST', '/proxies/web/toxics', { name, type: 'noop' });
    const names = service.replaced['web']?.map(({ name }) => name) ?? [];
    expect(names[0]).toBe('plain');
    expect(names.every((name) => /^[\w.:-]{1,64}$/.test(name))).toBe(true);
    expect(new Set(names).size).toBe(4);
    expect((await ask('DELETE', '/proxies/web/toxics/with%20space')).status).toBe(204);
  });
});

describe('a reset', () => {
  it('opens what is closed, takes every toxic away and keeps every proxy', async () => {
    const { ask, service } = serveApi();
    await ask('POST', '/proxies', { ...REDIS, enabled: false });
    await ask('POST', '/proxies/web', { enabled: false });
    await ask('POST', '/proxies/web/toxics', { type: 'noop' });
    expect(await ask('POST', '/reset')).toMatchObject({ status: 204, body: '' });
    const proxies = JSON.parse((await ask('GET', '/proxies')).body) as Record<string, object>;
    expect(proxies).toMatchObject({
      redis: { enabled: true, toxics: [] },
      web: { enabled: true, toxics: [] },
    });
    expect(service.replaced['web']).toEqual([]);
  });
});

describe('the version', () => {
  it('is one that clients can compare', async () => {
    const { headers, body } = await serveApi().ask('GET', '/version');
    expect(headers['content-type']).toBe('application/json;charset=utf-8');
    expect(body).toMatch(/^\{"version": "2\.\d+\.\d+"\}\n$/);
  });
});
