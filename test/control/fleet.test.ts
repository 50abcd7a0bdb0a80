import { afterEach, describe, expect, test, vi } from 'vitest';
import { ANSWER_MS_MAX, Fleet, RESTARTS_MS_MAX } from '../../src/control/fleet.ts';
import { ShardGone } from '../../src/control/shard-host.ts';
import { connectionId } from '../../src/core/connection-id.ts';
import type { ConnectionPulse } from '../../src/core/connection-pulse.ts';
import type { ConnectionPage, ConnectionRow } from '../../src/core/connection-query.ts';
import { SluiceError } from '../../src/core/errors.ts';
import type { Plan, ShardGroup } from '../../src/core/plan.ts';

import { FakeHost } from './fake-host.ts';

const TAKEN = new SluiceError('LISTEN_FAILED', 'listener "edge" cannot be bound: EADDRINUSE');

function planOf(...groups: readonly (readonly [first: number, count: number])[]): Plan {
  const made = groups.map(([first, count]): ShardGroup => ({ plane: 'net', first, count, reason: '' }));
  return { version: 5, groups: made } as unknown as Plan;
}

function hostsOf(count: number): FakeHost[] {
  return Array.from({ length: count }, (_, number) => new FakeHost(number));
}

const gone = async (): Promise<never> => {
  throw new ShardGone('it died');
};

describe('the fleet', () => {
  test('one shard of each group claims the addresses, and the others join where it found them', async () => {
    const hosts = hostsOf(5);
    (hosts[0] as FakeHost).prepares = async () => ({ edge: '127.0.0.1:4711' });
    (hosts[3] as FakeHost).prepares = async () => ({ side: '127.0.0.1:4712' });
    const bound = await new Fleet(hosts).start(planOf([0, 3], [3, 2]));
    const both = { edge: '127.0.0.1:4711', side: '127.0.0.1:4712' };
    expect(bound).toEqual(both);
    expect(hosts.map(({ known }) => known)).toEqual([
      [{}],
      [{ edge: '127.0.0.1:4711' }],
      [{ edge: '127.0.0.1:4711' }],
      [{ edge: '127.0.0.1:4711' }],
      [both],
    ]);
    for (const { asked } of hosts) expect(asked).toEqual(['start', 'prepare 5', 'commit 5', 'serve']);
  });

  test('an address that one shard cannot bind takes the plan back from those that had prepared it', async () => {
    const hosts = hostsOf(3);
    (hosts[2] as FakeHost).prepares = async () => {
      throw TAKEN;
    };
    await expect(new Fleet(hosts).prepare(planOf([0, 3]), {})).rejects.toBe(TAKEN);
    expect(hosts.map(({ asked }) => asked)).toEqual([
      ['prepare 5', 'abort 5'],
      ['prepare 5', 'abort 5'],
      ['prepare 5', 'abort 5'],
    ]);
  });

  test('where the first shard dies while it claims, the next one does', async () => {
    const hosts = hostsOf(3);
    (hosts[0] as FakeHost).prepares = gone;
    (hosts[1] as FakeHost).prepares = async () => ({ edge: 'here' });
    const prepared = await new Fleet(hosts).prepare(planOf([0, 3]), {});
    expect(prepared.bound).toEqual({ edge: 'here' });
    expect(prepared.shards.map(({ host }) => host)).toEqual([hosts[1], hosts[2]]);
    expect(hosts[2]?.known).toEqual([{ edge: 'here' }]);
  });

  test('a plan that no shard could prepare is refused', async () => {
    const hosts = hostsOf(2);
    for (const host of hosts) host.prepares = gone;
    await expect(new Fleet(hosts).prepare(planOf([0, 2]), {})).rejects.toMatchObject({
      code: 'SHARD_FAILED',
    });
  });

  test('a shard that is being started is left out, and is given the plan if it serves before all have it', async () => {
    const hosts = hostsOf(2);
    const [first, late] = hosts as [FakeHost, FakeHost];
    late.state = 'starting';
    const fleet = new Fleet(hosts);
    const prepared = await fleet.prepare(planOf([0, 2]), {});
    expect(late.asked).toEqual([]);
    first.commits = async () => {
      late.state = 'running';
    };
    await fleet.commit(planOf([0, 2]), prepared);
    expect(first.asked).toEqual(['prepare 5', 'commit 5']);
    expect(late.asked).toEqual(['catch up']);
  });

  test('a shard that was started again since it prepared the plan is not told to commit what it does not have', async () => {
    const hosts = hostsOf(2);
    const [restarted, other] = hosts as [FakeHost, FakeHost];
    const fleet = new Fleet(hosts);
    const prepared = await fleet.prepare(planOf([0, 2]), {});
    restarted.generation = 1;
    await fleet.commit(planOf([0, 2]), prepared);
    expect(restarted.asked).toEqual(['prepare 5', 'catch up']);
    expect(other.asked).toEqual(['prepare 5', 'commit 5']);
  });

  test('shards that are being started again are waited for, so that the plan can be tried in them', async () => {
    const hosts = hostsOf(1);
    const [host] = hosts as [FakeHost];
    host.state = 'starting';
    host.settles = async (ms) => {
      expect(ms).toBe(RESTARTS_MS_MAX);
      host.state = 'running';
    };
    await new Fleet(hosts).prepare(planOf([0, 1]), {});
    expect(host.asked).toEqual(['prepare 5']);
  });

  test('a shard that dies while it takes the plan does not hold the others up', async () => {
    const hosts = hostsOf(2);
    (hosts[0] as FakeHost).commits = gone;
    const fleet = new Fleet(hosts);
    await fleet.commit(planOf([0, 2]), await fleet.prepare(planOf([0, 2]), {}));
    expect(hosts[1]?.asked).toEqual(['prepare 5', 'commit 5']);
  });

  test.each(['prepare', 'commit', 'serve'] as const)(
    'a shard that dies before %s fails the start',
    async (step) => {
      const hosts = hostsOf(2);
      const dead = hosts[1] as FakeHost;
      const die = (): never => {
        throw new ShardGone('shard 1 is gone: boom');
      };
      dead.commits = async () => {
        if (step !== 'serve') die();
      };
      if (step === 'prepare') dead.prepares = gone;
      dead.serves = die;
      await expect(new Fleet(hosts).start(planOf([0, 2]))).rejects.toMatchObject({
        code: 'SHARD_FAILED',
        message: 'shard 1 is gone: boom',
      });
    },
  );

  test('a shard that does not answer fails the reload after a bounded time, and is told to undo it when it wakes', async () => {
    vi.useFakeTimers();
    const hosts = hostsOf(2);
    const silent = hosts[1] as FakeHost;
    silent.prepares = () => new Promise(() => {});
    const refused = new Fleet(hosts).prepare(planOf([0, 2]), {}).catch((error: Error) => error);
    await vi.advanceTimersByTimeAsync(ANSWER_MS_MAX);
    expect(await refused).toMatchObject({
      code: 'SHARD_FAILED',
      message: `shard 1 has not answered for ${ANSWER_MS_MAX} ms`,
    });
    for (const { asked } of hosts) expect(asked).toEqual(['prepare 5', 'abort 5']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a shard that falls silent between the two steps does not hold the reload up for ever', async () => {
    vi.useFakeTimers();
    const hosts = hostsOf(2);
    (hosts[1] as FakeHost).commits = () => new Promise(() => {});
    const fleet = new Fleet(hosts);
    const committed = fleet.commit(planOf([0, 2]), await fleet.prepare(planOf([0, 2]), {}));
    await vi.advanceTimersByTimeAsync(ANSWER_MS_MAX);
    await committed;
    expect(hosts[0]?.asked).toEqual(['prepare 5', 'commit 5']);
  });
});

afterEach(() => void vi.useRealTimers());

test('pulses are asked of each shard once, and told in order: of the living, of the gone, and of silent shards', async () => {
  const hosts = hostsOf(3);
  const pulse = (connection: number) => ({ connection, state: 'streaming' }) as ConnectionPulse;
  const [a, b, c, d, e] = [
    connectionId(0, 0, 1),
    connectionId(1, 0, 1),
    connectionId(0, 0, 2),
    connectionId(2, 0, 1),
    connectionId(7, 0, 1),
  ];
  (hosts[0] as FakeHost).pulsing = async ([first]) => [pulse(first ?? 0)];
  (hosts[1] as FakeHost).pulsing = gone;
  (hosts[2] as FakeHost).state = 'waiting';
  const answers = await new Fleet(hosts).pulses([a, b, c, d, e]);
  expect(answers).toEqual([pulse(a), 'unknown', 'gone', 'unknown', 'unknown']);
  expect(hosts.map(({ asked }) => asked)).toEqual([['pulses 2'], ['pulses 1'], []]);
});

describe('what a fleet is asked about its connections', () => {
  const page = (...values: number[]): ConnectionPage => ({
    rows: values.map((value) => ({ bytesUp: value }) as ConnectionRow),
    keys: values.map((value) => ({ value, connection: value })),
    matched: values.length + 10,
  });
  const query = { sort: 'bytes', descending: true, limit: 3, after: null, filter: {} } as never;

  test('a list is the first of what all shards have found, in order, and counts all', async () => {
    const hosts = hostsOf(3);
    hosts.forEach((host, index) => {
      host.lists = async () => [page(9, 1), page(7, 6, 5), page()][index] as ConnectionPage;
    });
    const { rows, keys, matched } = await new Fleet(hosts).list(query);
    expect(rows.map(({ bytesUp }) => bytesUp)).toEqual([9, 7, 6]);
    expect(keys.map(({ value }) => value)).toEqual([9, 7, 6]);
    expect(matched).toBe(35);
  });

  test('a list leaves out a shard that dies, that does not answer in time, or that does not run', async () => {
    const hosts = hostsOf(4);
    const [sound, dying, silent, waiting] = hosts as [FakeHost, FakeHost, FakeHost, FakeHost];
    vi.useFakeTimers();
    sound.lists = async () => page(1);
    dying.lists = gone;
    silent.lists = () => new Promise(() => {});
    waiting.state = 'waiting';
    waiting.lists = async () => page(4);
    const list = new Fleet(hosts).list(query);
    await vi.runAllTimersAsync();
    expect((await list).rows.map(({ bytesUp }) => bytesUp)).toEqual([1]);
  });

  test('each shard is told to end its own connections, and one that has none is not asked', async () => {
    const hosts = hostsOf(3);
    const ids = [connectionId(0, 0, 1), connectionId(2, 1, 7), connectionId(0, 0, 2), connectionId(9, 0, 0)];
    expect(await new Fleet(hosts).kill(ids)).toBe(3);
    expect(hosts.map(({ asked }) => asked)).toEqual([['kill 1 2'], [], [`kill ${ids[1]}`]]);
  });
});
