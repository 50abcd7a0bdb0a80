import { describe, expect, test } from 'vitest';
import { dial, hear } from '../../support/tcp.ts';
import { ask, echoServer, makeProxy, placeOf, startApi, takePort } from './api.ts';

describe('proxies by the client library', () => {
  test('are made on a free port, relay, are shown, lead elsewhere, and go', async () => {
    const [{ api }, one, other] = [await startApi(), await echoServer(), await echoServer()];
    const proxy = await makeProxy(api, one.port);
    expect(proxy.toJson()).toEqual({
      name: 'echo',
      listen: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
      upstream: `127.0.0.1:${one.port}`,
      enabled: true,
    });
    expect((await api.get('echo')).toJson()).toEqual(proxy.toJson());
    expect(Object.keys(await api.getAll())).toEqual(['echo']);
    const socket = await dial(placeOf(proxy));
    expect(await ask(socket)).toEqual(expect.any(Number));

    const end = hear(socket);
    const upstream = `127.0.0.1:${other.port}`;
    const moved = await proxy.update({ enabled: true, listen: proxy.listen, upstream });
    expect(moved.toJson()).toEqual({ ...proxy.toJson(), upstream });
    expect((await end).end, 'a connection to the old upstream').toBe('ECONNRESET');
    const next = await dial(placeOf(moved));
    expect(await ask(next)).toEqual(expect.any(Number));

    const last = hear(next);
    await moved.remove();
    expect((await last).end, 'a connection of a proxy that goes').toBe('ECONNRESET');
    await expect(dial(placeOf(moved))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(api.get('echo')).rejects.toThrow('404');
  });

  test('are closed with their connections, refuse clients then, and open on the same port', async () => {
    const { api, sluice } = await startApi('admin: { listen: "127.0.0.1:0" }');
    const told = async (act: string) => {
      const reply = await fetch(`${sluice.admin}/v1/listeners/echo:${act}`, { method: 'POST' });
      return { status: reply.status, ...((await reply.json()) as object) };
    };
    const proxy = await makeProxy(api, (await echoServer()).port);
    const socket = await dial(placeOf(proxy));
    expect(await ask(socket)).toEqual(expect.any(Number));
    const end = hear(socket);
    const { name: _, ...said } = proxy.toJson();
    const closed = await proxy.update({ ...said, enabled: false });
    expect(closed.toJson()).toEqual({ ...proxy.toJson(), enabled: false });
    expect((await end).end).toBe('ECONNRESET');
    await expect(dial(placeOf(proxy))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    for (const act of ['drain', 'resume'])
      expect(await told(act)).toMatchObject({
        status: 409,
        code: 'LISTENER_DISABLED',
        detail: expect.stringContaining('"echo" is disabled by Toxiproxy'),
      });
    const open = await closed.update(said);
    expect(await told('resume')).toMatchObject({ status: 200, state: 'accepting' });
    expect(open.listen).toBe(proxy.listen);
    expect(await ask(await dial(placeOf(open)))).toEqual(expect.any(Number));
  });

  test('are populated all at once, and what is there already keeps its connections', async () => {
    const [{ api }, { port }] = [await startApi(), await echoServer()];
    const first = await makeProxy(api, port, 'first');
    const socket = await dial(placeOf(first));
    expect(await ask(socket)).toEqual(expect.any(Number));
    const upstream = `127.0.0.1:${port}`;
    const all = await api.populate([
      { name: 'first', listen: first.listen, upstream },
      { name: 'second', listen: '127.0.0.1:0', upstream },
      { name: 'third', listen: '127.0.0.1:0', upstream, enabled: false },
    ]);
    expect(Object.keys(all)).toEqual(['first', 'second', 'third']);
    expect(all['third']?.enabled).toBe(false);
    expect(await ask(socket)).toEqual(expect.any(Number));
    expect(await ask(await dial(placeOf(all['second'] as { listen: string })))).toEqual(expect.any(Number));
  });

  test('on a port that is taken are refused as Toxiproxy refuses them, and nothing is left of them', async () => {
    const [{ api, url }, taken] = [await startApi(), await takePort()];
    const body = { name: 'late', listen: `127.0.0.1:${taken}`, upstream: '127.0.0.1:1' };
    await expect(api.createProxy(body)).rejects.toThrow('500');
    const response = await fetch(`${url}/proxies`, { method: 'POST', body: JSON.stringify(body) });
    expect(await response.json()).toEqual({
      error: `listen tcp 127.0.0.1:${taken}: bind: address already in use`,
      status: 500,
    });
    expect(await api.getAll()).toEqual({});
    await expect(api.populate([{ ...body, listen: '127.0.0.1:0', name: 'fine' }, body])).rejects.toThrow(
      '500',
    );
    expect(await api.getAll()).toEqual({});
  });

  test('whose upstream cannot be reached end their clients', async () => {
    const { api } = await startApi();
    const free = await takePort();
    const proxy = await api.createProxy({
      name: 'nowhere',
      listen: '127.0.0.1:0',
      upstream: `127.0.0.2:${free}`,
    });
    expect((await hear(await dial(placeOf(proxy)))).end).toMatch(/^(fin|ECONNRESET)$/);
  });

  test('stay over a reload of the file, and listeners of the file are closed and opened with them', async () => {
    const { port } = await echoServer();
    const file = `listeners: [{ name: web, listen: "127.0.0.1:0", to: app }]
pools: { app: { backends: ["127.0.0.1:${port}"], health: off } }
`;
    const { sluice, api } = await startApi(file);
    const made = await makeProxy(api, port);
    const web = await api.get('web');
    expect(web.toJson()).toEqual({
      name: 'web',
      listen: sluice.listeners['web'],
      upstream: `127.0.0.1:${port}`,
      enabled: true,
    });
    const { name: _, ...said } = web.toJson();
    await web.update({ ...said, enabled: false });
    // The proxy that was made, and the listener that was closed.
    await sluice.waitForEvent('reloaded', 2);
    sluice.signal('SIGHUP');
    await sluice.waitForEvent('reloaded', 3);
    expect(sluice.logs.filter(({ event }) => event === 'reloaded')).toHaveLength(3);
    await expect(dial(placeOf(web)), 'still closed').rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await ask(await dial(placeOf(made)))).toEqual(expect.any(Number));
    await expect(web.remove()).rejects.toThrow('409');
    await api.reset();
    expect((await api.get('web')).toJson()).toEqual(web.toJson());
    expect(await ask(await dial(placeOf(web)))).toEqual(expect.any(Number));
    await expect(api.getVersion()).resolves.toMatch(/^\{"version": "2\.\d+\.\d+"\}/);
  });
});
