import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startAdmin } from '../../../src/admin/index.ts';
import { ADMIN_CONNECTIONS_MAX, HEADER_BYTES_MAX } from '../../../src/admin/limits.ts';
import { type Address, parseAddress } from '../../../src/core/address.ts';
import { sourceIn } from '../../admin/statuses.ts';
import { later } from '../../support/cleanup.ts';
import { start as launch } from '../../support/process.ts';
import { tempDir } from '../../support/temp.ts';

const FREE: Address = { kind: 'tcp', host: '127.0.0.1', port: 0 };

async function start(address = FREE) {
  const admin = await startAdmin(address, sourceIn('ready'));
  later(() => admin.close());
  return admin;
}

/** Sends bytes and reads all that comes back until the server ends the connection. */
function say(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text));
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

describe('the admin server', () => {
  test('answers GET with the body and HEAD with the same header alone', async () => {
    const { url } = await start();
    const [get, head] = await Promise.all([
      fetch(`${url}/readyz`),
      fetch(`${url}/readyz`, { method: 'HEAD' }),
    ]);
    expect(await get.text()).toBe('ready\n');
    expect(await head.text()).toBe('');
    for (const name of ['content-type', 'content-length', 'cache-control'])
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    expect(get.headers.get('cache-control')).toBe('no-store');
  });

  test('refuses a foreign Host on loopback', async () => {
    const { url } = await start();
    const answer = await say(
      url,
      'GET /v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
    expect(answer).not.toContain('listeners');
  });

  test('refuses a body without reading it, and ends the connection', async () => {
    const { url } = await start();
    const head = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
    expect(await say(url, `${head}Content-Length: 1000000000\r\n\r\nx`)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await say(url, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await say(url, `${head}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });

  test.each([
    ['noise', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a header that is too long', `GET / HTTP/1.1\r\nx: ${'y'.repeat(HEADER_BYTES_MAX + 1)}\r\n\r\n`, 431],
  ])('answers %s with a problem and ends the connection', async (_, text, status) => {
    const { url } = await start();
    expect(await say(url, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('ends a client that never finishes its request, and closes those beyond its limit', async () => {
    const { url } = await start();
    const slow = say(url, 'GET /healthz HTTP/1.1\r\nHost: local');
    const silent = Array.from({ length: ADMIN_CONNECTIONS_MAX + 8 }, () => say(url, ''));
    expect(await Promise.race(silent)).toBe('');
    expect(await slow).toMatch(/^(HTTP\/1\.1 408 |$)/);
    await Promise.all(silent);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('serves a Unix socket, takes over an abandoned one, but not one that is served', async () => {
    const path = join(tempDir(), 'admin.sock');
    const address: Address = { kind: 'unix', path };
    const program = `require('net').createServer().listen('${path}', () => console.log('bound'))`;
    const gone = launch(process.execPath, ['-e', program]);
    await gone.waitForLine(/bound/);
    gone.signal('SIGKILL');
    await gone.ended;
    expect(existsSync(path)).toBe(true);
    const admin = await start(address);
    expect(admin.url).toBe(`unix:${path}`);
    const status = new Promise((resolve) => {
      request({ socketPath: path, path: '/healthz', headers: { host: 'any.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(await status).toBe(200);
    await expect(startAdmin(address, sourceIn('ready'))).rejects.toMatchObject({ code: 'ADMIN_FAILED' });
  });

  test('tells that its address is taken', async () => {
    const { url } = await start();
    const taken = parseAddress(url.slice('http://'.length));
    if (typeof taken === 'string') throw new Error(taken);
    await expect(startAdmin(taken, sourceIn('ready'))).rejects.toMatchObject({
      code: 'ADMIN_FAILED',
      message: `admin: cannot listen on ${url.slice('http://'.length)}: EADDRINUSE`,
    });
  });

  test('closes with clients connected, and twice', async () => {
    const admin = await start();
    const idle = say(admin.url, '');
    await fetch(`${admin.url}/healthz`);
    await Promise.all([admin.close(), admin.close()]);
    expect(await idle).toBe('');
    await expect(fetch(`${admin.url}/healthz`)).rejects.toThrow();
  });
});
