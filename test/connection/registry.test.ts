import { afterEach, describe, expect, test } from 'vitest';
import { writeWord } from '../../src/core/shard-words.ts';
import { reach } from './reach.ts';
import { closeWorlds, SHARD, seen, World } from './world.ts';

afterEach(closeWorlds);

describe('the registry', () => {
  test('ids carry the generation of the shard', async () => {
    const world = await World.open({ parts: () => ({ generation: 7 }) });
    world.connect();
    world.run(5);
    expect(world.ids).toEqual([(SHARD * 256 + 7) * 2 ** 32]);
  });

  test('cuts those that are meant, by the deadline of a drain', async () => {
    const world = await World.open();
    const clients = ['10.0.2.1', '10.0.2.2', '10.0.2.1'].map((host) => world.connect(host));
    world.run(5);
    expect(world.shard.registry.cutWhere(({ clientHost }) => clientHost === '10.0.2.1')).toBe(2);
    world.run(5);
    expect(clients.map(seen)).toEqual(['reset', 'open', 'reset']);
    expect(world.closed(0).reason).toBe('drain-timeout');
  });

  test('resets at once those of a listener that are older than a plan, whatever is still to be delivered', async () => {
    const { world } = await reach('draining');
    const { version } = world.plan;
    const name = world.plan.listeners[0]?.name ?? '';
    world.shard.registry.resetOlder({ ...world.plan, version: version + 1, resets: ['other'] });
    world.shard.registry.resetOlder({ ...world.plan, resets: [name] });
    expect(world.shard.connections).toBeGreaterThan(0);
    world.shard.registry.resetOlder({ ...world.plan, version: version + 1, resets: [name] });
    expect(world.shard.connections).toBe(0);
    expect(world.closed()).toMatchObject({ during: 'draining' });
  });

  test('kills all', async () => {
    const { world, client } = await reach('accepting');
    expect(world.shard.registry.killAll()).toBe(2);
    world.run(5);
    expect([seen(client), world.closed(0).reason, world.closed(1).reason]).toEqual([
      'reset',
      'killed',
      'killed',
    ]);
  });
});

describe('facts of a connection', () => {
  test('opened tells the address the client connected to and the trace id of the end', async () => {
    const { world } = await reach('streaming');
    world.kill();
    world.run(20);
    const opened = world.facts.find((fact) => fact.kind === 'opened');
    expect(opened).toMatchObject({ local: '10.0.0.1:80', traceId: world.closed().traceId });
  });

  test('states are told only while control asks for detail', async () => {
    const world = await World.open();
    writeWord(world.words, 'DETAIL', 0);
    world.connect();
    world.run(5);
    expect(world.facts.map(({ kind }) => kind)).toEqual(['opened']);
    writeWord(world.words, 'DETAIL', 1);
    world.kill();
    world.run(20);
    expect(world.facts.map(({ kind }) => kind)).toEqual(['opened', 'entered', 'entered', 'closed']);
  });
});
