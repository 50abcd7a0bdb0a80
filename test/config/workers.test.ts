import { describe, expect, it } from 'vitest';
import { describePlan, type Environment, parseConfig, readEnvironment } from '../../src/config/index.ts';
import { ENVIRONMENT, WITH_LINUX_PLANE } from './support/cases.ts';

const POOLS = 'pools: { web: { backends: ["127.0.0.1:9000"] } }\n';
const OLD_NODE: Environment = { ...ENVIRONMENT, nodeVersion: 'v20.19.0' };

/** A file with these listeners, which are named a, b, c … */
function load(
  listen: readonly string[],
  workers: number | 'auto',
  environment: Environment = ENVIRONMENT,
  plane = 'auto',
) {
  const listeners = listen.map((address, index) => ({ name: 'abcdefgh'[index], listen: address, to: 'web' }));
  const text = `listeners: ${JSON.stringify(listeners)}\n${POOLS}workers: ${workers}\nplane: ${plane}\n`;
  return parseConfig(text, 'proxy.yaml', environment);
}

function acceptors(...load_: Parameters<typeof load>) {
  return load(...load_).plan.listeners.map(({ accept }) => accept.shards);
}

describe('the number of workers', () => {
  it.each([
    [1, 1, 'auto: this machine has one core'],
    [8, 8, 'auto: this machine has 8 cores'],
    [64, 64, 'auto: this machine has 64 cores'],
    [96, 64, 'auto: 96 cores, of which at most 64 are used'],
  ])('is, with auto and %i cores, %i', (cores, count, reason) => {
    const { plan } = load([':0'], 'auto', { ...ENVIRONMENT, cores });
    expect(plan.workers).toEqual({ count, reason, pipes: 0, busyPoll: false });
    expect(plan.groups).toMatchObject([{ plane: 'net', first: 0, count }]);
  });

  it('is what is configured, whatever the cores', () => {
    const { plan, warnings } = load([':0'], 64, { ...ENVIRONMENT, cores: 2 });
    expect([plan.workers, warnings]).toEqual([
      { count: 64, reason: 'as configured', pipes: 0, busyPoll: false },
      [],
    ]);
  });

  it('is 0 for one shard on the main thread, which accepts for every listener', () => {
    const { plan } = load([':0', 'unix:/a', ':0'], 0);
    expect(plan.workers.count).toBe(0);
    expect(plan.groups).toMatchObject([{ plane: 'net', first: 0, count: 1 }]);
    expect(acceptors([':0', 'unix:/a', ':0'], 0)).toEqual([0, 0, 0]);
  });

  it('of this process is what the system can run at once', () => {
    const { cores } = readEnvironment();
    expect(load([':0'], 'auto', { ...ENVIRONMENT, cores }).plan.workers.count).toBe(Math.min(cores, 64));
  });
});

describe('who accepts', () => {
  it('is every shard, but for a Unix path, which has one of them', () => {
    const listen = [':0', 'unix:/a', ':0', 'unix:/b', 'unix:/c'];
    expect(acceptors(listen, 3)).toEqual(['every', 1, 'every', 0, 1]);
  });

  it('is one shard each where Node cannot share a port, with no more shards than listeners', () => {
    expect(acceptors([':0', 'unix:/a', ':0', ':0', ':0'], 3, OLD_NODE)).toEqual([0, 1, 2, 0, 1]);
    const { plan, warnings } = load([':0', ':0'], 'auto', OLD_NODE);
    expect(plan.listeners.map(({ accept }) => accept.shards)).toEqual([0, 1]);
    expect([plan.workers.count, plan.groups[0]?.count, warnings]).toEqual([2, 2, []]);
  });

  it('is told with the versions of Node that could do better', () => {
    const { plan, warnings } = load([':0', ':0'], 3, OLD_NODE);
    const cannot = 'Node v20.19.0 cannot share a port among shards (22.12 can, and 23.1 and later)';
    expect(warnings).toEqual([
      `proxy.yaml:3:10: workers: 3 are asked for, but there will be 2: there are no more shards than listeners, since ${cannot}`,
    ]);
    const text = describePlan(plan);
    expect(text).toContain(`accept    shard 1 (${cannot})`);
    expect(text).toContain(
      `2 (3 as configured, but there are no more shards than listeners, since ${cannot})\n  shards       0 to 1 on plane net (node:net serves all listeners, and each listener has one shard)\n`,
    );
  });

  it('is told with the system where no version of Node could', () => {
    const { plan } = load([':0'], 2, { ...ENVIRONMENT, platform: 'darwin' });
    expect(plan.listeners[0]?.accept).toEqual({
      shards: 0,
      reason: 'the sockets of darwin cannot share a port evenly',
    });
  });
});

describe('workers on the linux plane', () => {
  const OLD = { ...WITH_LINUX_PLANE, nodeVersion: 'v20.19.0' };

  it('share ports on any Node, and are as many as were asked for', () => {
    const { plan, warnings } = load([':0', 'unix:/a'], 3, OLD);
    expect(plan.workers).toEqual({ count: 3, reason: 'as configured', pipes: 32, busyPoll: false });
    expect(plan.groups).toEqual([
      {
        plane: 'linux',
        first: 0,
        count: 3,
        reason: 'epoll serves all listeners, and the shards share each TCP port',
      },
    ]);
    expect(plan.listeners.map(({ plane, accept }) => [plane.name, accept.shards])).toEqual([
      ['linux', 'every'],
      ['linux', 1],
    ]);
    expect(warnings).toEqual([]);
  });

  it('are not there where net is asked for, which holds for what shares a port', () => {
    const { plan } = load([':0'], 'auto', OLD, 'net');
    expect(plan.groups).toMatchObject([{ plane: 'net', first: 0, count: 1 }]);
    expect(plan.listeners[0]?.accept.shards).toBe(0);
  });

  it('are on net, with a warning, where linux was asked for and is not to be had', () => {
    const asked = load([':0'], 2, ENVIRONMENT, 'linux');
    expect(asked.plan.groups).toMatchObject([{ plane: 'net', first: 0, count: 2 }]);
    expect(asked.warnings).toEqual([
      'proxy.yaml:4:8: plane: linux is asked for, but net serves all listeners: the linux plane cannot be used: the optional package koffi cannot be loaded: not found',
    ]);
    expect(load([':0'], 2, ENVIRONMENT, 'auto').warnings).toEqual([]);
  });

  it('look for events before they wait where that is wanted, which nobody does on net', () => {
    const text =
      'listeners: [{ name: edge, listen: "127.0.0.1:8080", to: web }]\npools: { web: { backends: ["10.0.0.1:80"] } }\nbusy_poll: true\n';
    const of = (environment: Environment) => {
      const { plan, warnings } = parseConfig(text, 'x.yaml', environment);
      return [plan.workers.busyPoll, warnings];
    };
    expect(of(WITH_LINUX_PLANE)).toEqual([true, []]);
    expect(of(ENVIRONMENT)).toEqual([
      false,
      ['x.yaml:3:12: busy_poll: has no effect on the net plane, where Node waits for events'],
    ]);
  });

  it('are none with 0, and the main thread has the net plane, with a warning where linux was asked for', () => {
    const { plan, warnings } = load([':0'], 0, WITH_LINUX_PLANE, 'linux');
    expect(plan.groups).toMatchObject([{ plane: 'net', first: 0, count: 1 }]);
    expect(warnings).toEqual([
      'proxy.yaml:4:8: plane: linux is asked for, but net serves all listeners: the linux plane cannot be used with "workers: 0": its shard would stop the main thread by waiting in epoll',
    ]);
    expect(load([':0'], 0, WITH_LINUX_PLANE).warnings).toEqual([]);
  });

  it('have descriptors for epoll, an eventfd and pipes, of which there are fewer where descriptors are few', () => {
    for (const [descriptorLimit, pipes] of [
      [100, 0],
      [1000, 7],
      [100_000, 32],
    ] as const) {
      const { plan } = load([':0', 'unix:/a'], 4, { ...WITH_LINUX_PLANE, descriptorLimit });
      expect(plan.workers.pipes).toBe(pipes);
      expect(plan.limits.descriptors).toBe(descriptorLimit - 4 * (6 + 2 + 2 * pipes) - 3);
    }
  });
});

describe('the descriptors of workers', () => {
  it('are six for each, and one for each further shard that accepts for a listener', () => {
    const { plan } = load([':0', ':0', 'unix:/a'], 4, { ...ENVIRONMENT, descriptorLimit: 1000 });
    const ofWorkers = 4 * 6 + 2 * 3;
    expect(plan.limits).toEqual({
      descriptors: 1000 - ofWorkers,
      connections: {
        value: (1000 - 64 - ofWorkers) / 2,
        reason: `default: 1000 descriptors, 94 of them reserved, ${ofWorkers} of those for worker threads, 2 for each connection`,
      },
    });
  });

  it('can be all there are, with a warning that nobody can be served', () => {
    const { plan, warnings } = load([':0'], 64, { ...ENVIRONMENT, descriptorLimit: 256 });
    expect([plan.limits.descriptors, plan.limits.connections.value]).toEqual([0, 1]);
    expect(warnings.join()).toContain('too low to serve anybody: 256 descriptors, 511 of them reserved');
  });

  it('are not asked about where the system does not tell its limit', () => {
    expect(load([':0'], 4, { ...ENVIRONMENT, descriptorLimit: null }).plan.limits.descriptors).toBeNull();
  });
});
