import { describe, expect, it } from 'vitest';
import { quickConfig } from '../../src/config/index.ts';
import { ENVIRONMENT } from './support/cases.ts';
import { messageOf } from './support/message-of.ts';

const BACKENDS = ['127.0.0.1:9000', 'unix:/run/app.sock'];

describe('a proxy without a file', () => {
  it('is one listener and one pool with the defaults of a file', () => {
    const { plan, warnings } = quickConfig('127.0.0.1:8080', BACKENDS, {}, ENVIRONMENT);
    expect(warnings).toEqual([]);
    expect(plan.listeners.map(({ name, listen }) => [name, listen])).toEqual([
      ['proxy', { kind: 'tcp', host: '127.0.0.1', port: 8080 }],
    ]);
    expect(plan.backends.map(({ name }) => name)).toEqual(BACKENDS);
    expect(plan).toMatchObject({ admin: null, drainMs: 30_000, telemetry: { otlp: null, prometheus: null } });
  });

  it('takes each flag to its place in the plan', () => {
    const flags = {
      rateLimit: { up: '1MiB/s', down: '2MiB/s' },
      tee: '{connection}.{direction}',
      balance: 'ip_hash',
      connectTimeout: '250ms',
      idle: 'never',
      metrics: '127.0.0.1:9464',
      admin: 'localhost:9900',
      otlp: 'http://127.0.0.1:4318',
      workers: '3',
    };
    const { plan } = quickConfig(':0', BACKENDS, flags, ENVIRONMENT);
    expect(plan.listeners[0]?.routes[0]?.stages).toEqual([
      { kind: 'rate_limit', up: 1_048_576, down: 2_097_152, burst: 2_097_152 },
      { kind: 'tee', file: '{connection}.{direction}', format: 'raw' },
    ]);
    expect(plan.pools[0]).toMatchObject({ balance: 'ip_hash', connect: { timeoutMs: 250 } });
    expect(plan.listeners[0]?.timeouts.idleMs).toBe(0);
    expect(plan.telemetry).toMatchObject({ otlp: flags.otlp, prometheus: { port: 9464 } });
    expect(plan.admin).toEqual({
      listen: { kind: 'tcp', host: 'localhost', port: 9900 },
      tokenEnv: null,
      tls: null,
      traceUrl: null,
    });
    expect(plan.workers.count).toBe(3);
  });

  it('names the argument of each mistake, all in one go', () => {
    const flags = {
      rateLimit: { up: '1MiB' },
      tee: 'out.log',
      balance: 'round-robin',
      connectTimeout: '5',
      idle: 'soon',
      metrics: '9464',
      admin: '0.0.0.0:9900',
      otlp: 'localhost:4318',
      workers: 'many',
    };
    const lines = messageOf(() => quickConfig('8080', ['app', '127.0.0.1:0'], flags, ENVIRONMENT)).split(
      '\n',
    );
    expect(lines.map((line) => line.split(': ', 1)[0]).sort()).toEqual([
      '--admin',
      '--balance',
      '--connect-timeout',
      '--idle',
      '--metrics',
      '--otlp',
      '--rate-limit-up',
      '--tee',
      '--workers',
      'BACKEND 1',
      'BACKEND 2',
      'LISTEN',
    ]);
    expect(lines).toContain(
      '--balance: "round-robin" is not possible here; expected round_robin, weighted_round_robin, least_connections, ip_hash, hash, maglev, random, two_choices or ewma; did you mean round_robin?',
    );
  });

  it('asks for a backend where there is none, and for a rate where the limit has none', () => {
    const message = messageOf(() => quickConfig(':80', [], { rateLimit: {} }, ENVIRONMENT));
    expect(message.split('\n')).toEqual([
      'BACKEND: the list is empty; expected at least one backend',
      '--rate-limit-up, --rate-limit-down: limits nothing; expected up, down or both, such as "down: 1MiB/s"',
    ]);
  });

  it('tells of two arguments with the same address, and of the same backend twice', () => {
    const call = () => quickConfig('127.0.0.1:80', ['a:1', 'a:1'], { admin: '127.0.0.1:80' }, ENVIRONMENT);
    expect(messageOf(call).split('\n')).toEqual([
      '--admin: "127.0.0.1:80" is taken: LISTEN listens there already',
      'BACKEND 2: BACKEND 1 has the name "a:1" already; expected another name',
    ]);
  });
});
