import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint, type Method } from '../../src/admin/endpoint.ts';
import { textReply } from '../../src/admin/reply.ts';
import { createRouter } from '../../src/admin/router.ts';

function at(method: Method, path: string, ...names: string[]) {
  return endpoint({
    name: `${method} ${path}`,
    method,
    path,
    access: 'read',
    summary: '',
    params: Object.fromEntries(names.map((name) => [name, z.string()])),
    replies: {},
    handle: () => textReply(200, ''),
  });
}

const route = createRouter([
  at('GET', '/v1/pools'),
  at('GET', '/v1/pools/{pool}', 'pool'),
  at('PATCH', '/v1/pools/{pool}/backends/{backend}', 'pool', 'backend'),
  at('POST', '/v1/connections:kill'),
  at('GET', '/v1/pools/all'),
]);

function named(method: string, path: string) {
  const match = route(method, path);
  return match.kind === 'endpoint' ? [match.endpoint.name, match.params] : match.kind;
}

describe('the router', () => {
  it('finds an endpoint by its method and path, HEAD as GET', () => {
    expect(named('GET', '/v1/pools')).toEqual(['GET /v1/pools', {}]);
    expect(named('HEAD', '/v1/pools')).toEqual(['GET /v1/pools', {}]);
    expect(named('POST', '/v1/connections:kill')).toEqual(['POST /v1/connections:kill', {}]);
  });

  it('takes what stands for a name in braces as it was meant, a slash within it too', () => {
    expect(named('PATCH', '/v1/pools/web%20one/backends/unix:%2Frun%2Fa.sock')).toEqual([
      'PATCH /v1/pools/{pool}/backends/{backend}',
      { pool: 'web one', backend: 'unix:/run/a.sock' },
    ]);
  });

  it('goes by a whole path before one with a name in braces', () => {
    expect(named('GET', '/v1/pools/all')).toEqual(['GET /v1/pools/all', {}]);
  });

  it.each([
    '/v1/pools/',
    '/v1/pools/a/b',
    '/v1/pools/{pool}/x',
    '/v1/pools/%',
    '/v1/pools/%ff',
    '/v1/connectionsXkill',
  ])('finds nothing at %s', (path) => {
    expect(named('GET', path)).toBe('none');
  });

  it('tells of a path that is served what it is served by', () => {
    expect(route('PUT', '/v1/pools')).toMatchObject({ kind: 'other-method', allow: 'GET, HEAD, OPTIONS' });
    expect(route('GET', '/v1/connections:kill')).toMatchObject({ allow: 'POST, OPTIONS' });
  });

  it('refuses a table in which something stands twice, or whose names do not fit', () => {
    expect(() => createRouter([at('GET', '/a'), at('GET', '/a')])).toThrow('GET /a stands twice');
    expect(() => createRouter([at('GET', '/{a}', 'b')])).toThrow('/{a}: its parameters are b');
    expect(() => createRouter([at('GET', '/{a}')])).toThrow('/{a}: its parameters are none');
  });
});
