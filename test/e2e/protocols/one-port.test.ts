import { beforeAll, describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { run } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { type OnePort, startOnePort } from './one-port.ts';

describe('clients of other protocols through the one port', () => {
  let world: OnePort;
  beforeAll(async () => {
    world = await startOnePort();
  });

  test.each([
    ['HTTP/1.1', '--http1.1', 'http1', 'web'],
    ['HTTP/2 by prior knowledge', '--http2-prior-knowledge', 'http2', 'web2'],
  ])('curl with %s', async (name, flag, protocol, route) => {
    const { host, port } = world.sluice.address();
    const url = `http://plain.test:${port}/`;
    const curl = await ask('curl', '-sS', '--fail', flag, '--resolve', `plain.test:${port}:${host}`, url);
    const version = name.startsWith('HTTP/2') ? 'HTTP/2.0' : 'HTTP/1.1';
    expect(curl).toBe(`${protocol} by ${version} for plain.test\n`);
    expect(await world.last()).toMatchObject(routed(route, protocol));
  });

  test('curl that would go over to HTTP/2 (Upgrade: h2c) speaks HTTP/1 first', async () => {
    const { host, port } = world.sluice.address();
    expect(await ask('curl', '-sS', '--fail', '--http2', `http://${host}:${port}/`)).toMatch(/^http1 by /);
    expect(await world.last()).toMatchObject(routed('web', 'http1'));
  });

  test('ssh', async () => {
    const { sshd, sluice } = world;
    const to = sluice.address();
    const args = [...sshd.options(to), '-p', String(to.port), sshd.destination(to), 'echo $((6 * 7))'];
    expect(await ask('ssh', ...args)).toBe('42\n');
    expect(await world.last()).toMatchObject(routed('ssh', 'ssh'));
  });

  // Over TLS either side ends without reading the close_notify of the other, for which the kernel sends RST.
  test.each([
    ['require', 't', /^(client|backend)-(fin|reset)$/],
    ['disable', 'f', /-fin$/],
  ])('psql with sslmode=%s', async (mode, tls, reason) => {
    const { host, port } = world.sluice.address();
    const to = `host=${host} port=${port} user=tester dbname=postgres sslmode=${mode}`;
    const query = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
    expect(await ask('psql', '-X', '-A', '-t', '-c', query, to)).toBe(`${tls}\n`);
    const postgres = { route: 'postgres', pool: 'postgres', protocol: 'postgres' };
    expect(await world.last()).toMatchObject({ ...postgres, reason: expect.stringMatching(reason) });
  });

  test('redis-cli', async () => {
    const to = at('-h', '-p');
    expect(await ask('redis-cli', ...to, 'SET', 'answer', '42')).toBe('OK\n');
    expect(await world.last()).toMatchObject(routed('redis', 'redis'));
    expect(await ask('redis-cli', ...to, '-3', 'GET', 'answer')).toBe('42\n');
    expect(await world.last()).toMatchObject(routed('redis', 'redis'));
  });

  test.each(['mqttv31', 'mqttv311', 'mqttv5'])('mosquitto_pub and mosquitto_sub with %s', async (version) => {
    const message = ['-V', version, ...at('-h', '-p'), '-t', `answers/${version}`];
    await ask('mosquitto_pub', ...message, '-r', '-q', '1', '-m', '42');
    expect(await world.last()).toMatchObject(routed('mqtt', 'mqtt'));
    expect(await ask('mosquitto_sub', ...message, '-C', '1', '-W', '20')).toBe('42\n');
    expect(await world.last()).toMatchObject(routed('mqtt', 'mqtt'));
  });

  test('mariadb, whose server speaks first', async () => {
    const query = ['-N', '-B', '-e', 'select user(), 6 * 7'];
    const mariadb = await ask('mariadb', '--no-defaults', ...at('-h', '-P'), '-utester', ...query);
    expect(mariadb).toBe('tester@127.0.0.1\t42\n');
    // Nothing in the first bytes told what it is: there were none.
    expect(await world.last()).toMatchObject(routed('mysql', 'unknown'));
  });

  test('Sluice ends cleanly after them', async () => {
    await expectCleanEnd(world.sluice);
  });

  /** What a program says; it has to end well. */
  async function ask(name: string, ...args: readonly string[]): Promise<string> {
    return (await run(program(name), args)).stdout.toString();
  }

  /** Where the one port is, behind these flags. */
  function at(hostFlag: string, portFlag: string): string[] {
    const { host, port } = world.sluice.address();
    return [hostFlag, host, portFlag, String(port)];
  }
});

function routed(route: string, protocol: string) {
  return { route, pool: route, protocol, reason: expect.stringMatching(/-fin$/) };
}
