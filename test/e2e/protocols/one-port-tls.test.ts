import { beforeAll, describe, expect, test } from 'vitest';
import type { TestCertificate } from '../../support/certificates.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { run } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { AUTHORITY, NAMELESS, type OnePort, SHOP, startOnePort, WEB } from './one-port.ts';

describe('TLS through the one port', () => {
  let world: OnePort;
  beforeAll(async () => {
    world = await startOnePort();
  });

  test.each([
    ['TLS 1.2', '-tls1_2', 'TLSv1.2'],
    ['TLS 1.3', '-tls1_3', 'TLSv1.3'],
  ])('s_client with %s reaches the server of the name it asks for', async (_name, flag, version) => {
    expect(await sClient(SHOP, '-servername', 'shop.test', flag)).toContain(`Protocol  : ${version}`);
    expect(await world.last()).toMatchObject({ ...routed('shop', 'shop.test') });
  });

  test.each(['SHOP.TEST', 'Shop.test.', 'shop.test.'])(
    's_client that asks for %s reaches it too',
    async (name) => {
      await sClient(SHOP, '-servername', name);
      expect(await world.last()).toMatchObject(routed('shop', 'shop.test'));
    },
  );

  test('s_client that names nobody reaches the server of those', async () => {
    await sClient(NAMELESS, '-noservername');
    expect(await world.last()).toMatchObject(routed('nameless', null));
  });

  test('s_client that names somebody else does too', async () => {
    await sClient(NAMELESS, '-servername', 'other.test');
    expect(await world.last()).toMatchObject(routed('nameless', 'other.test'));
  });

  test.each([
    ['h2', '--http2', 'HTTP/2.0'],
    ['http/1.1', '--http1.1', 'HTTP/1.1'],
  ])('curl agrees on %s with its server by ALPN', async (_name, flag, version) => {
    expect(await curl(flag)).toBe(`https by ${version} for web.test\n`);
    expect(await world.last()).toMatchObject(routed('web-tls', 'web.test'));
  });

  // OpenSSL knows the group from 3.5 on; where the one of Debian is older the one of a newer Node shakes hands.
  test('a client whose one key share is post-quantum (X25519MLKEM768) reaches its server', async () => {
    const { host, port } = world.sluice.address();
    const script = `
      const options = { ecdhCurve: 'X25519MLKEM768', minVersion: 'TLSv1.3', host: '${host}', port: ${port} };
      const tls = require('node:tls');
      const socket = tls.connect({ ...options, servername: 'quantum.test', ca: process.env.CA });
      socket.on('data', (data) => process.stdout.write(data)).on('end', () => socket.end());
      socket.on('error', (error) => { process.stderr.write(String(error)); process.exitCode = 1; });
    `;
    const client = await run(sharingNode(), ['-e', script], { env: { CA: AUTHORITY.cert } });
    expect(client.stdout.toString()).toBe('quantum by TLSv1.3');
    expect(await world.last()).toMatchObject(routed('quantum', 'quantum.test'));
  });

  test('Sluice ends cleanly after them', async () => {
    await expectCleanEnd(world.sluice);
  });

  /** What the server says of the session. The certificate has to be the one of that server. */
  async function sClient({ names }: TestCertificate, ...flags: readonly string[]): Promise<string> {
    const { host, port } = world.sluice.address();
    const client = await run(
      program('openssl'),
      [
        ...['s_client', '-quiet', '-connect', `${host}:${port}`, '-CAfile', AUTHORITY.certFile],
        ...['-verify_return_error', '-verify_hostname', names[0] ?? '', ...flags],
      ],
      { input: 'GET / HTTP/1.0\r\n\r\n' },
    );
    return client.stdout.toString();
  }

  async function curl(flag: string): Promise<string> {
    const { host, port } = world.sluice.address();
    const [name] = WEB.names;
    const connect = ['--connect-to', `${name}:443:${host}:${port}`, '--cacert', AUTHORITY.certFile];
    const answer = await run(program('curl'), ['-sS', '--fail', flag, ...connect, `https://${name}/`]);
    return answer.stdout.toString();
  }
});

/** Either side may end without reading the close_notify of the other, for which the kernel sends RST. */
function routed(route: string, sni: string | null) {
  const reason = expect.stringMatching(/^(client|backend)-(fin|reset)$/);
  return { route, pool: route, protocol: 'tls', sni, reason };
}
