import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { ENVIRONMENT } from './support/cases.ts';
import { messageOf } from './support/message-of.ts';

const POOLS = 'pools: { web: { backends: ["127.0.0.1:9000"] } }\n';
const PLAIN = `listeners: [{ name: edge, listen: "127.0.0.1:8080", to: web }]\n${POOLS}`;
const ON_MAIN = 'workers: 0\n';

function compileFor(text: string, descriptorLimit: number | null) {
  return parseConfig(text, 'proxy.yaml', { ...ENVIRONMENT, descriptorLimit });
}

function withStages(stages: string): string {
  return `listeners: [{ name: edge, listen: "127.0.0.1:8080", to: web, stages: [${stages}] }]\n${POOLS}`;
}

describe('the limit on connections', () => {
  it.each([
    [256, 96],
    [1024, 480],
    [20_000, 9968],
    [100_064, 50_000],
    [1_048_576, 50_000],
  ])('is what %i descriptors allow at two each, less the reserved ones: %i', (descriptors, connections) => {
    const { plan, warnings } = compileFor(PLAIN + ON_MAIN, descriptors);
    expect(plan.limits.connections.value).toBe(connections);
    expect(plan.limits.connections.reason).toContain(String(descriptors));
    expect(plan.limits.descriptors).toBe(descriptors);
    expect(warnings).toEqual([]);
  });

  it('is ten thousand where the system does not tell its descriptors', () => {
    const { plan } = compileFor(PLAIN + ON_MAIN, null);
    expect(plan.limits).toEqual({
      connections: { value: 10_000, reason: 'default: the descriptor limit of this system is not known' },
      descriptors: null,
    });
  });

  it('leaves room for the files of tees, of the route that has most of them', () => {
    const tee = (n: number) => `{ tee: { file: "${n}.{connection}.{direction}" } }`;
    expect(compileFor(withStages(tee(1)) + ON_MAIN, 1064).plan.limits.connections.value).toBe(250);
    expect(compileFor(withStages(`${tee(1)}, ${tee(2)}`) + ON_MAIN, 1064).plan.limits.connections.value).toBe(
      166,
    );
  });

  it('leaves room for listeners and probes, however many', () => {
    const backends = Array.from({ length: 500 }, (_, i) => `127.0.0.1:${9000 + i}`).map((a) => `"${a}"`);
    const many = `listeners: [{ name: a, listen: ":80", to: web }]\npools: { web: { backends: [${backends}] } }\n`;
    const { plan } = compileFor(many + ON_MAIN, 1024);
    expect(2 * plan.limits.connections.value + 501).toBeLessThan(1024);
  });

  it('is at least one, with a warning, where no descriptor is left', () => {
    const { plan, warnings } = compileFor(PLAIN + ON_MAIN, 64);
    expect(plan.limits.connections.value).toBe(1);
    expect(warnings).toEqual([
      'proxy.yaml:1:1: the descriptor limit is too low to serve anybody: 64 descriptors, 64 of them reserved, 2 for each connection; raise it (ulimit -n)',
    ]);
  });

  it('is what the file says, with a warning where that is more than the descriptors allow', () => {
    const enough = compileFor(`${PLAIN}limits: { connections: 96 }\n${ON_MAIN}`, 256);
    expect([enough.plan.limits.connections.value, enough.warnings]).toEqual([96, []]);
    const many = compileFor(`${PLAIN}limits: { connections: 97 }\n${ON_MAIN}`, 256);
    expect(many.plan.limits.connections.value).toBe(97);
    expect(many.warnings).toHaveLength(1);
    expect(many.warnings[0]).toMatch(
      /^proxy\.yaml:3:24: limits\.connections: 97 is more than .* which is 96/,
    );
  });
});

describe('a rate limit', () => {
  it.each([
    ['{ up: 1MiB/s, down: 2MiB/s }', 2 * 1024 * 1024],
    ['{ up: 1KiB/s }', 64 * 1024],
    ['{ down: 100GiB/s }', 1024 ** 3],
    ['{ down: 1MiB/s, burst: 4KiB }', 4096],
  ])('of %s lets %i bytes pass at once', (limit, burst) => {
    const { plan } = compileFor(withStages(`{ rate_limit: ${limit} }`), 1024);
    expect(plan.listeners[0]?.routes[0]?.stages[0]).toMatchObject({ kind: 'rate_limit', burst });
  });
});

describe('a listener', () => {
  it('has its own timeouts where it sets them, and the global ones for the rest', () => {
    const text = `listeners: [{ name: a, listen: ":80", to: web, timeouts: { idle: 5m, queue: never } }]\n${POOLS}timeouts: { idle: 2h, linger: 9s }\n`;
    expect(compileFor(text, 1024).plan.listeners[0]?.timeouts).toEqual({
      idleMs: 300_000,
      writeStallMs: 300_000,
      halfClosedMs: 60_000,
      lingerMs: 9000,
      queueMs: 0,
    });
  });

  it('with `to` has one default route', () => {
    expect(compileFor(PLAIN, 1024).plan.listeners[0]?.routes).toEqual([
      {
        index: 0,
        name: 'edge/0',
        match: null,
        action: { kind: 'pool', pool: 0 },
        priority: 0,
        tlsPassthrough: false,
        stages: [],
      },
    ]);
  });
});

describe('addresses', () => {
  const listen = (...addresses: string[]) =>
    `listeners:\n${addresses.map((a, i) => `  - { name: l${i}, listen: "${a}", to: web }\n`).join('')}${POOLS}`;

  it.each([
    ['0.0.0.0:80', '[::1]:80'],
    ['127.0.0.1:80', '127.0.0.2:80'],
    ['127.0.0.1:80', '127.0.0.1:81'],
    ['127.0.0.1:0', '127.0.0.1:0'],
    ['a.test:80', 'b.test:80'],
    ['unix:/a', 'unix:/b'],
  ])('%s and %s can both be listened on', (one, other) => {
    expect(compileFor(listen(one, other), 1024).plan.listeners).toHaveLength(2);
  });

  it.each([
    ['0.0.0.0:80', '127.0.0.1:80'],
    [':80', '127.0.0.1:80'],
    ['[::1]:80', ':80'],
    [':80', '0.0.0.0:80'],
    ['[::1]:80', '[0:0::1]:80'],
    ['A.test:80', 'a.test:80'],
    ['unix:/a', 'unix:/a'],
  ])('%s and %s cannot', (one, other) => {
    expect(messageOf(() => compileFor(listen(one, other), 1024))).toMatch(
      /^proxy\.yaml:3:\d+: listeners\[1\]\.listen: .* is taken/,
    );
  });
});

describe('two tees of one file', () => {
  const tee = 'tee: { file: "{connection}.{direction}" }';

  it('are told of once, where they are on the way of all routes', () => {
    const routes =
      'routes: [{ match: { protocol: ssh }, to: web, stages: [{ pass_through: {} }] }, { to: web }]';
    const text = `listeners: [{ name: a, listen: ":80", stages: [{ ${tee} }, { ${tee} }], ${routes} }]\n${POOLS}`;
    expect(messageOf(() => compileFor(text, 1024)).split('\n')).toHaveLength(1);
  });

  it('are none where they are on different routes', () => {
    const text = `listeners: [{ name: a, listen: ":80", routes: [{ match: { protocol: ssh }, to: web, stages: [{ ${tee} }] }, { to: web, stages: [{ ${tee} }] }] }]\n${POOLS}`;
    expect(compileFor(text, 1024).warnings).toEqual([]);
  });
});

describe('traces', () => {
  it('are of all connections where nothing is said, so that a receiver from the environment gets them', () => {
    expect(compileFor(PLAIN, 1024).plan.telemetry).toMatchObject({ otlp: null, sample: 1 });
  });
});
