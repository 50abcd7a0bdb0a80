import { describe, expect, it } from 'vitest';
import { type Asked, type Decision, decide } from '../../src/admin/decide.ts';
import { BODY_BYTES_MAX } from '../../src/admin/limits.ts';
import type { Reply } from '../../src/admin/reply.ts';
import { ENDPOINTS } from '../../src/admin/table.ts';
import type { Address } from '../../src/core/address.ts';
import type { ServiceStatus } from '../../src/core/status.ts';
import { ask as askOf, GET, LOOPBACK } from './ask.ts';
import { sourceIn, statusIn } from './statuses.ts';

const EVERYWHERE: Address = { kind: 'tcp', host: '0.0.0.0', port: 9900 };

/** Those that are read, without a parameter in their path. */
const READS = ENDPOINTS.filter(({ method, path }) => method === 'GET' && !path.includes('{')).map(
  ({ path, access, isWebSocket = false }) => ({ path, access, wantsSocket: isWebSocket }),
);

function ask(target: string, phase: ServiceStatus['phase'] = 'ready'): Promise<Reply> {
  return askOf(sourceIn(phase), `GET ${target}`);
}

function decided(more: Partial<Asked>, token: string | null = null, bound: Address = LOOPBACK): Decision {
  return decide(
    { ...GET, ...more },
    { bound, source: sourceIn('ready'), token, tokenName: 'ADMIN_TOKEN', isTls: false },
  );
}

function put(more: Partial<Asked>, token: string | null = null): Decision {
  const asked = { method: 'PUT', target: '/v1/config', hasBody: true, length: 9, type: 'application/yaml' };
  return decided({ ...asked, ...more }, token);
}

function replyOf(decision: Decision): Reply {
  if (decision.kind !== 'reply') throw new Error(`there is no reply yet: ${decision.kind}`);
  return decision.reply;
}

describe('the answer of the admin server', () => {
  const phases = ['starting', 'ready', 'draining', 'stopped'] as const;

  it.each(phases)('says that the process is healthy while it is %s', async (phase) => {
    expect(await ask('/healthz', phase)).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it.each(phases)('says that a service is ready only in the phase ready: %s', async (phase) => {
    const status = phase === 'ready' ? 200 : 503;
    expect(await ask('/readyz', phase)).toMatchObject({ status, body: `${phase}\n` });
  });

  it('gives the status as JSON', async () => {
    const reply = await ask('/v1/status');
    expect(reply.type).toBe('application/json');
    expect(JSON.parse(reply.body)).toEqual(statusIn('ready'));
  });

  it('gives the definitions of all charts as JSON by name', async () => {
    const machines = JSON.parse((await ask('/v1/machines')).body) as Record<string, { id: string }>;
    expect(Object.keys(machines)).toEqual([
      'connection',
      'balancer',
      'health-checker',
      'name',
      'circuit',
      'shard',
    ]);
    for (const [name, machine] of Object.entries(machines)) expect(machine.id).toBe(name);
  });

  it('leaves the query out of account', async () => {
    expect(await ask('/healthz?probe=1')).toEqual(await ask('/healthz'));
  });

  it.each([
    '/nothing',
    '/healthz/',
    '//',
    '/HEALTHZ',
    '*',
    '__proto__',
    'constructor',
    'toString',
    '/..%2fhealthz',
    '',
  ])('tells that nothing is served at %j, as a problem of RFC 9457', async (target) => {
    const reply = await ask(target);
    expect(reply).toMatchObject({ status: 404, type: 'application/problem+json' });
    const detail = 'nothing is served at this path';
    expect(JSON.parse(reply.body)).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, detail });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'get', ''])(
    'refuses %j and names what is allowed',
    (method) => {
      const reply = replyOf(decided({ method, target: '/v1/status' }));
      expect(reply).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
    },
  );

  it('tells by OPTIONS what a path takes, and allows no web page anything', () => {
    const reply = replyOf(
      decided({ method: 'OPTIONS', target: '/v1/status', origin: 'http://evil.example' }),
    );
    expect(reply).toEqual({ status: 204, type: '', body: '', headers: { allow: 'GET, HEAD, OPTIONS' } });
  });

  it('takes HEAD where it takes GET', () => {
    expect(decided({ method: 'HEAD', target: '/v1/status' }).kind).toBe('call');
  });

  it('refuses a request with a body', () => {
    expect(replyOf(decided({ target: '/v1/status', hasBody: true })).status).toBe(413);
  });

  it('refuses a foreign host before anything else, whatever the path', () => {
    for (const target of ['/v1/status', '/healthz', '/nothing'])
      expect(replyOf(decided({ target, host: 'evil.example:9900' })).status).toBe(421);
  });

  it.each(READS.flatMap(({ path, wantsSocket }) => (wantsSocket ? [] : [path])))(
    'has a type and a body at %s',
    async (target) => {
      const reply = await ask(target);
      expect(reply.status).toBe(200);
      expect(reply.type).toMatch(/^[a-z]+\/[a-z]+/);
      expect(reply.body.length > 0 || reply.stream !== undefined).toBe(true);
    },
  );
});

describe('a write', () => {
  it.each(['application/yaml', 'text/yaml', 'application/x-yaml', 'Application/YAML; charset=UTF-8'])(
    'of the type %s is taken, whatever its query says',
    (type) => {
      expect(put({ type, target: '/v1/config?x=1' })).toMatchObject({ endpoint: { name: 'putConfig' } });
    },
  );

  it('may be sent in chunks, and without a body', () => {
    expect(put({ length: undefined }).kind).toBe('call');
    expect(put({ length: undefined, hasBody: false }).kind).toBe('call');
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/json',
    'application/x-www-form-urlencoded',
    'application/yamlx',
    'application/yaml; charset=latin1',
  ])('of the type %j is refused and told what is taken', (type) => {
    const reply = replyOf(put({ type }));
    expect(reply.status).toBe(415);
    expect(reply.headers?.['accept']).toContain('application/yaml');
  });

  it('that is compressed is refused', () => {
    expect(replyOf(put({ encoding: 'gzip' })).status).toBe(415);
    expect(put({ encoding: 'identity' }).kind).toBe('call');
  });

  it.each(['POST', 'DELETE', 'PATCH'])('is not done by %s, and PUT is named as what is allowed', (method) => {
    expect(replyOf(put({ method }))).toMatchObject({
      status: 405,
      headers: { allow: expect.stringMatching(/\bPUT\b/) },
    });
  });

  it('of more bytes than a file may have is refused before it is read', () => {
    expect(put({ length: BODY_BYTES_MAX }).kind).toBe('call');
    expect(replyOf(put({ length: BODY_BYTES_MAX + 1 })).status).toBe(413);
  });

  it('by a web page of another origin is refused, also with the token', () => {
    const authorization = 'Bearer secret';
    const origins = ['http://evil.example', 'null', 'http://127.0.0.1:8080', 'https://127.0.0.1:9900', ''];
    for (const origin of origins) expect(replyOf(put({ origin, authorization }, 'secret')).status).toBe(403);
    expect(put({ origin: 'http://127.0.0.1:9900', authorization }, 'secret').kind).toBe('call');
  });

  it('for a foreign host is refused before anything else', () => {
    expect(replyOf(put({ host: 'evil.example', origin: 'http://evil.example' })).status).toBe(421);
  });

  it('without the token is told what is needed, with a wrong one that it is wrong', () => {
    const challenge = 'Bearer realm="sluice"';
    expect(replyOf(put({}, 'secret'))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': challenge },
    });
    expect(replyOf(put({ authorization: 'Bearer other' }, 'secret'))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': `${challenge}, error="invalid_token"` },
    });
    expect(put({ authorization: 'Bearer secret' }, 'secret').kind).toBe('call');
  });

  it('learns nothing of its type or length without the token', () => {
    const wrong = put({ type: 'text/plain', length: BODY_BYTES_MAX + 1 }, 'secret');
    expect(replyOf(wrong).status).toBe(401);
  });

  it('is the only thing for which the token is asked on loopback and on a Unix socket', () => {
    for (const bound of [LOOPBACK, { kind: 'unix', path: '/run/admin.sock' } as const])
      for (const { path: target, wantsSocket } of READS)
        expect(decided({ target, wantsSocket }, 'secret', bound).kind).toBe('call');
  });
});

describe('on an address that others reach', () => {
  const host = 'proxy.example:9900';

  it.each(READS.map(({ path, access, wantsSocket }) => [path, access, wantsSocket] as const))(
    '%s is read with the token alone, unless it is open: %s',
    (target, access, wantsSocket) => {
      const wrong = decided(
        { target, host, wantsSocket, authorization: 'Bearer other' },
        'secret',
        EVERYWHERE,
      );
      expect(wrong.kind === 'reply' ? wrong.reply.status : 200).toBe(access === 'open' ? 200 : 401);
      const right = { target, host, wantsSocket, authorization: 'Bearer secret' };
      expect(decided(right, 'secret', EVERYWHERE).kind).toBe('call');
    },
  );

  it('what is open is the page and the probes alone', () => {
    const open = ENDPOINTS.filter(({ access }) => access === 'open').map(({ path }) => path);
    expect(open).toEqual(['/', '/page.css', '/page.js', '/healthz', '/readyz']);
  });
});

describe('a WebSocket', () => {
  const socket = { target: '/v1/inspect', wantsSocket: true } as const;

  it('is not opened by a web page of another origin, not even with the token, since it could read', () => {
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:8080', 'https://127.0.0.1:9900']) {
      expect(replyOf(decided({ ...socket, origin })).status).toBe(403);
      const authorization = 'Bearer secret';
      expect(replyOf(decided({ ...socket, origin, authorization }, 'secret', EVERYWHERE)).status).toBe(403);
    }
    expect(decided({ ...socket, origin: 'http://127.0.0.1:9900' }).kind).toBe('call');
  });

  it('is refused for a foreign host, and without the token where others reach the address', () => {
    expect(replyOf(decided({ ...socket, host: 'evil.example' })).status).toBe(421);
    expect(replyOf(decided(socket, 'secret', EVERYWHERE)).status).toBe(401);
  });

  it('is told to whoever asks for it in plain HTTP', () => {
    expect(replyOf(decided({ target: '/v1/inspect' }))).toMatchObject({
      status: 426,
      headers: { upgrade: 'websocket', connection: 'Upgrade' },
    });
  });
});

describe('the table', () => {
  it('has no write that is asked by GET, and no other method that is no write', () => {
    for (const { method, access } of ENDPOINTS) expect(access === 'write').toBe(method !== 'GET');
  });
});
