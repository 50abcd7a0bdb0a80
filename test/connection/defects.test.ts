import { afterEach, describe, expect, test } from 'vitest';
import { closeReasonIndex } from '../../src/core/close-reason.ts';
import type { ShardParts } from '../../src/shard.ts';
import { acceptedAs } from './accepted-as.ts';
import { failsOnce, SEEDED } from './breaking.ts';
import { type LastingState, reach } from './reach.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

/** One connection lives when another meets the defect; it goes on. */
async function beside(parts: (parts: ShardParts) => Partial<ShardParts>): Promise<World> {
  const world = await World.open({ parts });
  world.toldAll = false;
  return world;
}

function goesOn(world: World): void {
  const client = world.connect();
  world.run(5);
  client.write(bytesOf(10));
  world.run(5);
  expect(world.backends.at(-1)?.received).toEqual(bytesOf(10));
}

describe('a defect before there is a connection', () => {
  test.each([
    [
      'trace ids that cannot be made',
      () => {
        let failed = false;
        return {
          random: (bytes: Uint8Array) => {
            if (!failed) {
              failed = true;
              throw new Error(SEEDED);
            }
            bytes.fill(7);
          },
        };
      },
    ],
    ['an endpoint that cannot be observed', ({ plane }: ShardParts) => ({ plane: unobservable(plane) })],
  ] as const)('%s: the client is reset, counted and told, and the next is served', async (_name, parts) => {
    const world = await beside(parts);
    const ill = world.connect();
    world.run(5);
    expect([seen(ill), world.shard.connections, world.plane.open]).toEqual(['reset', 0, 0]);
    const { cells, layout } = world;
    expect([cells[layout.accepted(0)], cells[layout.closed(0, closeReasonIndex('internal-error'))]]).toEqual([
      1, 1,
    ]);
    expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
    goesOn(world);
  });
});

describe('a defect of the chart', () => {
  test.each(['compiled', 'interpreter'] as const)(
    'a guard that throws ends its connection and gives back all it had (%s)',
    async (machineEngine) => {
      const { world, client, backend } = await reach('streaming', { machineEngine });
      const poisoned = { type: 'client.fin' } as const;
      const well = world.connect();
      world.run(5);
      world.live(0).actor.send(
        Object.defineProperty({ ...poisoned }, 'type', {
          get: () => {
            throw new Error(SEEDED);
          },
        }),
      );
      world.run(5);
      expect([seen(client), seen(backend), seen(well)]).toEqual(['reset', 'reset', 'open']);
      expect(world.closed(0)).toMatchObject({ reason: 'internal-error', during: 'streaming' });
      expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
    },
  );
});

describe('a defect in a timer', () => {
  test('a deadline whose check throws ends its connection alone', async () => {
    const { world, client } = await reach('streaming', { timeouts: { writeStallMs: 50 } });
    const well = world.connect();
    world.live(0).deadlines.watchStall({
      get stalledSince(): number {
        throw new Error(SEEDED);
      },
    });
    world.run(80);
    expect([seen(client), seen(well)]).toEqual(['reset', 'open']);
    expect(world.closed(0)).toMatchObject({ reason: 'internal-error' });
  });

  test('one who cannot even be tried for a place ends, and those behind him are let in', async () => {
    const world = await World.open({
      limits: { connections: 1, onLimit: 'wait' },
      parts: ({ admission }) => ({ admission: failsAt(admission, 'reserve', '10.0.2.66') }),
    });
    const inside = world.connect();
    world.run(1);
    const ill = world.connect('10.0.2.66');
    world.run(1);
    world.connect();
    world.run(1);
    inside.reset();
    world.run(5);
    expect([seen(ill), world.state(1), world.state(2)]).toEqual(['reset', 'closed', 'streaming']);
    expect(world.closed(1)).toMatchObject({ reason: 'internal-error', during: 'accepting' });
  });
});

describe('a defect in what the registry tells', () => {
  test.each(['accepting', 'streaming', 'draining'] satisfies LastingState[])(
    'a place that cannot be given back from %s keeps nothing of the connection',
    async (state) => {
      const { world, index } = await reach(state, {
        parts: ({ admission }) => ({ admission: failsOnce(admission, 'release', 'after') }),
      });
      world.kill(0);
      world.kill(index);
      world.run(3000);
      expect([world.shard.connections, world.shard.reserved, world.plane.open]).toEqual([0, 0, 0]);
      expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
    },
  );
});

/** The first client's endpoint throws when it is observed for the first time. */
function unobservable(plane: ShardParts['plane']): ShardParts['plane'] {
  let failed = false;
  return acceptedAs(plane, (endpoint) => {
    if (failed) return endpoint;
    failed = true;
    return failsOnce(endpoint, 'observe');
  });
}

/** The same object; a call of the method with the value among its arguments throws from the third time on. */
function failsAt<T extends object>(target: T, method: keyof T, value: unknown): T {
  let calls = 0;
  return new Proxy(target, {
    get: (_target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (name === method && args.includes(value) && ++calls > 2) throw new Error(SEEDED);
        return member.apply(target, args);
      };
    },
  });
}
