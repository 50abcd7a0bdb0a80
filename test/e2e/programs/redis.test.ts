import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { MIB } from '../../support/payload.ts';
import { run } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { startRedis } from '../../support/redis.ts';
import { type HostPort, type Sluice, startSluice } from '../../support/sluice.ts';

describe('redis through Sluice', () => {
  needs('redis-server', 'redis-cli', 'redis-benchmark');

  test('redis-benchmark with 16 requests in the pipe loses none of them', async () => {
    const sluice = await startBehindSluice();
    const to = at(sluice.address());
    const requests = 40_000;
    const benchmark = await run(program('redis-benchmark'), [
      ...to,
      ...['-P', '16', '-c', '50', '-n', String(requests), '-d', '512', '-t', 'set,get,incr', '--csv'],
    ]);

    const rates = new Map(benchmark.lines.slice(1).map(readCsvRate));
    expect([...rates.keys()]).toEqual(['SET', 'GET', 'INCR']);
    for (const [name, rate] of rates) expect(rate, name).toBeGreaterThan(0);
    expect(benchmark.output).not.toMatch(/error/i);

    const stats = (await run(program('redis-cli'), [...to, 'INFO', 'commandstats'])).stdout.toString();
    for (const command of ['set', 'get', 'incr']) {
      const calls = new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1];
      expect(Number(calls), command).toBeGreaterThanOrEqual(requests);
    }
    expect(stats).not.toMatch(/(rejected|failed)_calls=[1-9]/);
    await expectCleanEnd(sluice);
  });

  test('a binary value of 1 MiB comes back as it was set', async () => {
    const sluice = await startBehindSluice();
    const to = at(sluice.address());
    const value = randomBytes(MIB);
    const set = await run(program('redis-cli'), [...to, '-x', 'SET', 'blob'], { input: value });
    expect(set.stdout.toString()).toBe('OK\n');
    const [first] = await sluice.waitForClosed(1);
    const get = await run(program('redis-cli'), [...to, '--raw', 'GET', 'blob']);
    expect(get.stdout.equals(Buffer.concat([value, Buffer.from('\n')]))).toBe(true);

    const [, second] = await sluice.waitForClosed(2);
    expect(first).toMatchObject({ reason: 'client-fin' });
    expect(first?.bytes_up).toBeGreaterThan(MIB);
    expect(second).toMatchObject({ reason: 'client-fin' });
    expect(second?.bytes_down).toBe(MIB + `$${MIB}\r\n\r\n`.length);
    await expectCleanEnd(sluice);
  });
});

async function startBehindSluice(): Promise<Sluice> {
  return startSluice(forwardConfig({ edge: `127.0.0.1:${await startRedis()}` }));
}

function at(address: HostPort): string[] {
  return ['-h', address.host, '-p', String(address.port)];
}

/** `"SET","123.45",…`: the test's name and its requests per second. */
function readCsvRate(line: string): [string, number] {
  const [name, rate] = line.split(',').map((field) => field.replaceAll('"', ''));
  return [name ?? '', Number(rate)];
}
