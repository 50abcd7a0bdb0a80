import { describe, expect, it } from 'vitest';
import { type Asked, type Decision, decide } from '../../src/admin/decide.ts';
import { BODY_BYTES_MAX } from '../../src/admin/limits.ts';
import { putConfig } from '../../src/admin/put-config.ts';
import type { Reply } from '../../src/admin/reply.ts';
import { ROUTES } from '../../src/admin/routes.ts';
import type { Address } from '../../src/core/address.ts';
import type { ServiceStatus } from '../../src/core/status.ts';
import { sourceIn, statusIn } from './statuses.ts';

const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 9900 };

const GET: Asked = {
  method: 'GET',
  target: '/',
  hasBody: false,
  length: undefined,
  host: '127.0.0.1:9900',
  origin: undefined,
  authorization: undefined,
  type: undefined,
  encoding: undefined,
};

function ask(target: string, phase: ServiceStatus['phase'] = 'ready', more: Partial<Asked> = {}): Reply {
  const served = { bound: LOOPBACK, source: sourceIn(phase), token: null };
  return replyOf(decide({ ...GET, target, ...more }, served));
}

function put(more: Partial<Asked>, token: string | null = null): Decision {
  const asked = {
    ...GET,
    method: 'PUT',
    target: '/v1/config',
    hasBody: true,
    length: 9,
    type: 'application/yaml',
  };
  return decide({ ...asked, ...more }, { bound: LOOPBACK, source: sourceIn('ready'), token });
}

function replyOf(decision: Decision): Reply {
  if (decision.kind !== 'reply') throw new Error(`there is no reply yet: ${decision.kind}`);
  return decision.reply;
}

describe('the answer of the admin server', () => {
  const phases = ['starting', 'ready', 'draining', 'stopped'] as const;

  it.each(phases)('says that the process is healthy while it is %s', (phase) => {
    expect(ask('/healthz', phase)).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it.each(phases)('says that a service is ready only in the phase ready: %s', (phase) => {
    const status = phase === 'ready' ? 200 : 503;
    expect(ask('/readyz', phase)).toMatchObject({ status, body: `${phase}\n` });
  });

  it('gives the status as JSON', () => {
    const reply = ask('/v1/status');
    expect(reply.type).toBe('application/json');
    expect(JSON.parse(reply.body)).toEqual(statusIn('ready'));
  });

  it('gives the definitions of all charts as JSON by name', () => {
    const machines = JSON.parse(ask('/v1/machines').body) as Record<string, { id: string }>;
    expect(Object.keys(machines)).toEqual(['connection', 'balancer', 'health-checker', 'circuit', 'shard']);
    for (const [name, machine] of Object.entries(machines)) expect(machine.id).toBe(name);
  });

  it('leaves the query out of account', () => {
    expect(ask('/healthz?probe=1')).toEqual(ask('/healthz'));
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
  ])('tells that nothing is served at %j, as a problem of RFC 9457', (target) => {
    const reply = ask(target);
    expect(reply).toMatchObject({ status: 404, type: 'application/problem+json' });
    const detail = 'nothing is served at this path';
    expect(JSON.parse(reply.body)).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, detail });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('refuses %s and names what is allowed', (method) => {
    const reply = ask('/v1/status', 'ready', { method });
    expect(reply).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('refuses a request with a body', () => {
    expect(ask('/v1/status', 'ready', { hasBody: true }).status).toBe(413);
  });

  it('refuses a foreign host before anything else, whatever the path', () => {
    for (const target of ['/v1/status', '/healthz', '/nothing'])
      expect(ask(target, 'ready', { host: 'evil.example:9900' }).status).toBe(421);
  });

  it.each(Object.keys(ROUTES))('has a type and a body at %s', (target) => {
    const reply = ask(target);
    expect(reply.status).toBe(200);
    expect(reply.type).toMatch(/^[a-z]+\/[a-z]+/);
    expect(reply.body.length).toBeGreaterThan(0);
  });
});

describe('a write', () => {
  it.each(['application/yaml', 'text/yaml', 'application/x-yaml', 'Application/YAML; charset=UTF-8'])(
    'of the type %s is taken, whatever its query says',
    (type) => {
      expect(put({ type, target: '/v1/config?x=1' })).toEqual({ kind: 'write', write: putConfig });
    },
  );

  it('may be sent in chunks, and without a body', () => {
    expect(put({ length: undefined }).kind).toBe('write');
    expect(put({ length: undefined, hasBody: false }).kind).toBe('write');
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
    expect(put({ encoding: 'identity' }).kind).toBe('write');
  });

  it.each(['GET', 'HEAD', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])(
    'is not done by %s, and PUT is named as what is allowed',
    (method) => {
      expect(replyOf(put({ method }))).toMatchObject({ status: 405, headers: { allow: 'PUT' } });
    },
  );

  it('of more bytes than a file may have is refused before it is read', () => {
    expect(put({ length: BODY_BYTES_MAX }).kind).toBe('write');
    expect(replyOf(put({ length: BODY_BYTES_MAX + 1 })).status).toBe(413);
  });

  it('by a web page of another origin is refused, also with the token', () => {
    const authorization = 'Bearer secret';
    const origins = ['http://evil.example', 'null', 'http://127.0.0.1:8080', 'https://127.0.0.1:9900', ''];
    for (const origin of origins) expect(replyOf(put({ origin, authorization }, 'secret')).status).toBe(403);
    expect(put({ origin: 'http://127.0.0.1:9900', authorization }, 'secret').kind).toBe('write');
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
    expect(put({ authorization: 'Bearer secret' }, 'secret').kind).toBe('write');
  });

  it('learns nothing of its type or length without the token', () => {
    const wrong = put({ type: 'text/plain', length: BODY_BYTES_MAX + 1 }, 'secret');
    expect(replyOf(wrong).status).toBe(401);
  });

  it('is the only thing for which the token is asked', () => {
    const served = { bound: LOOPBACK, source: sourceIn('ready'), token: 'secret' };
    for (const target of Object.keys(ROUTES))
      expect(replyOf(decide({ ...GET, target }, served)).status).toBe(200);
  });
});
