import { afterEach, describe, expect, test } from 'vitest';
import { ALWAYS } from '../../src/core/chaos-plan.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import type { Upstreams } from '../../src/core/upstreams.ts';
import type { ShardParts } from '../../src/shard.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { MIRROR_TIMEOUTS, mirrored, mirrorTo } from './mirrored.ts';
import { closeWorlds, seen } from './world.ts';

afterEach(closeWorlds);

const quota = (end: 'close' | 'reset'): StagePlan => ({ kind: 'quota', bytes: 1000, end, chaos: ALWAYS });

describe('a mirror of a connection that another stage ends', () => {
  test.each([
    ['close', 'before', 2000],
    ['close', 'behind', 1000],
    ['reset', 'before', 2000],
    ['reset', 'behind', 1000],
  ] as const)(
    'by %s, where it stands %s that stage, is reset and leaves nothing',
    async (end, where, copied) => {
      const plans = where === 'before' ? [mirrorTo(1), quota(end)] : [quota(end), mirrorTo(1)];
      const { world, client, backend, mirror, count, told } = await mirrored(plans);
      client.write(Buffer.alloc(2000));
      world.run(50);
      expect([backend.receivedBytes, seen(backend)]).toEqual([1000, end === 'close' ? 'fin' : 'reset']);
      client.end();
      backend.end();
      world.run(MIRROR_TIMEOUTS.lingerMs + 100);
      expect(world.closed().reason).toBe(`stage-${end}`);
      expect([mirror().receivedBytes, seen(mirror())]).toEqual([copied, 'reset']);
      expect([count('open'), count('waiting'), told()]).toEqual([0, 0, []]);
    },
  );
});

describe('a mirror whose stage is taken away', () => {
  test('ends by FIN behind its copy, and its connection goes on', async () => {
    const { world, client, backend, mirror } = await mirrored([mirrorTo(1)]);
    client.write(Buffer.from('abc'));
    world.run(5);
    world.live().mirrors?.[0]?.leave();
    world.run(5);
    expect([mirror().receivedBytes, seen(mirror())]).toEqual([3, 'fin']);
    client.write(Buffer.from('def'));
    world.run(5);
    expect([backend.receivedBytes, world.state()]).toEqual([6, 'streaming']);
  });

  test('compares no answers any more, and holds none', async () => {
    const { world, client, backend, mirror, count, told } = await mirrored([
      mirrorTo(1, { diff: 'first_difference' }),
    ]);
    backend.write(Buffer.from('abc'));
    world.run(5);
    expect(count('waiting')).toBe(3);
    world.live().mirrors?.[0]?.leave();
    mirror().write(Buffer.from('xyz'));
    world.run(5);
    expect([told(), count('waiting'), count('differences')]).toEqual([[], 0, 0]);
    client.end();
    backend.end();
    mirror().end();
    world.run(20);
    expect([world.closed().reason, count('open'), told()]).toEqual(['client-fin', 0, []]);
  });
});

describe('what the balancing of its pool learns of a mirror', () => {
  test('is the client it is chosen for, and how long it took to be reached', async () => {
    const { calls, pieces } = watched();
    await mirrored([mirrorTo(1)], pieces);
    expect(calls).toContainEqual(['pick', 1, expect.objectContaining({ source: '10.0.2.1' })]);
    expect(calls).toContainEqual(['measured', 1, expect.any(Number)]);
  });

  test('is that it could not be reached', async () => {
    const { calls, pieces } = watched();
    await mirrored([mirrorTo(1)], { ...pieces, rule: { connect: 'refused' } });
    expect(calls).toContainEqual(['penalised', 1]);
    expect(calls).not.toContainEqual(['measured', 1, expect.any(Number)]);
  });
});

/** A world that keeps what its pools are asked and told. */
function watched() {
  const calls: unknown[][] = [];
  const parts = ({ table, number }: ShardParts): Partial<ShardParts> => ({
    createUpstreams: (plan) =>
      new Proxy(createPicker(plan, table, number), {
        get: (target, name: keyof Upstreams) => {
          const method = target[name] as (...of: unknown[]) => unknown;
          return (...args: unknown[]) => {
            calls.push([name, ...(name === 'pick' ? args.slice(0, 2) : args)]);
            return method.apply(target, args);
          };
        },
      }),
  });
  return { calls, pieces: { parts } };
}
