import { describe, expect, test } from 'vitest';
import { type AdminOptions, adminAccess } from '../../src/cli/admin-access.ts';

const ENV = { TOKEN: 'secret', EMPTY: '', STRANGE: 'a\u0000b' };

function read(options: Partial<AdminOptions>) {
  const readFile = (path: string) => (path === 'ca.pem' ? Buffer.from('PEM') : 'it is not there');
  return adminAccess({ admin: 'http://127.0.0.1:9900', ...options }, ENV, readFile, 'CAPTURE_FAILED');
}

describe('the way to an admin address', () => {
  test.each([
    ['http://127.0.0.1:9900', { protocol: 'http:', host: '127.0.0.1', port: 9900 }],
    ['http://[::1]', { protocol: 'http:', host: '::1', port: 80 }],
    ['http://admin.test/', { protocol: 'http:', host: 'admin.test', port: 80 }],
    ['https://proxy.example', { protocol: 'https:', host: 'proxy.example', port: 443 }],
    ['unix:/run/sluice.sock', { protocol: 'http:', socketPath: '/run/sluice.sock' }],
  ])('is found from %s', (admin, place) => {
    expect(read({ admin })).toEqual({ place, token: null, ca: null });
  });

  test('has the token of the environment, and certificates of a file', () => {
    const options = { admin: 'https://a:1', tokenEnv: 'TOKEN', ca: 'ca.pem' };
    expect(read(options)).toMatchObject({ token: 'secret', ca: 'PEM' });
  });

  test.each([
    [{ admin: 'ftp://a' }, '--admin "ftp://a": expected http://HOST:PORT, https://HOST:PORT or unix:PATH'],
    [{ admin: '127.0.0.1:9900' }, '--admin "127.0.0.1:9900"'],
    [{ admin: '' }, '--admin ""'],
    [{ admin: 'unix:' }, '--admin "unix:"'],
    [{ tokenEnv: 'EMPTY' }, '--token-env: the variable EMPTY holds no token'],
    [{ tokenEnv: 'NOBODY' }, '--token-env: the variable NOBODY holds no token'],
    [{ tokenEnv: 'STRANGE' }, '--token-env: the variable STRANGE holds no token'],
    [{ ca: 'ca.pem' }, '--ca goes with an address that begins with https://'],
    [{ admin: 'https://a', ca: 'other.pem' }, '--ca other.pem: it is not there'],
  ])('is refused of %j: %s', (options, why) => {
    expect(() => read(options)).toThrow(expect.objectContaining({ code: 'CAPTURE_FAILED' }));
    expect(() => read(options)).toThrow(why);
  });
});
