import { afterEach, describe, expect, test } from 'vitest';
import { routeTo } from './plan.ts';
import { closeWorlds, World } from './world.ts';

afterEach(closeWorlds);

describe('the view of a live connection', () => {
  test('says where it stands, and why it goes where it goes', async () => {
    const world = await World.open({
      backends: 2,
      connectionsMax: 1,
      routes: [routeTo('reset', { protocol: ['ssh'] }, 'no-ssh'), routeTo(0, null, 'all')],
    });
    world.connect().write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    world.run(20);
    const [id = -1] = world.facts.flatMap((fact) => (fact.kind === 'opened' ? [fact.connection] : []));
    const view = world.shard.view(id);
    expect(view).toMatchObject({
      listener: 'edge',
      state: 'streaming',
      route: 'all',
      pool: expect.any(String),
      bytesUp: 18,
      sniffed: { protocol: 'http1' },
      attempts: [{ name: expect.any(String), error: '' }],
      traceUrl: null,
    });
    expect(view?.at).toBeGreaterThan(view?.since ?? Number.POSITIVE_INFINITY);
    expect(view).toMatchObject({
      sampled: expect.any(Boolean),
    });
    expect(view?.visits.map(({ state }) => state)).toEqual(['accepting', 'sniffing', 'routing', 'dialing']);
    expect(view?.why.routes.map(({ route, outcome }) => [route, outcome])).toEqual([
      ['no-ssh', 'passed'],
      ['all', 'taken'],
    ]);
    expect(view?.why.backends.map(({ load, passedOver }) => [load, passedOver])).toEqual([
      [1, 'full'],
      [0, null],
    ]);
    world.kill();
    world.run(20);
    expect(world.shard.view(id)).toBeNull();
  });

  test('is fit to be sent to another thread', async () => {
    const world = await World.open();
    world.connect();
    world.run(20);
    const [id = -1] = world.facts.flatMap((fact) => (fact.kind === 'opened' ? [fact.connection] : []));
    const view = world.shard.view(id);
    expect(structuredClone(view)).toEqual(view);
  });
});
