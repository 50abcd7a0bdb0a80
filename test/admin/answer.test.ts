import { describe, expect, it } from 'vitest';
import { type Asked, answer } from '../../src/admin/respond.ts';
import { ROUTES } from '../../src/admin/routes.ts';
import type { Address } from '../../src/core/address.ts';
import type { ServiceStatus } from '../../src/core/status.ts';
import { sourceIn, statusIn } from './statuses.ts';

const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 9900 };

function ask(target: string, phase: ServiceStatus['phase'] = 'ready', more: Partial<Asked> = {}) {
  const asked = { method: 'GET', target, host: '127.0.0.1:9900', hasBody: false, ...more };
  return answer(asked, LOOPBACK, sourceIn(phase));
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
    expect(Object.keys(machines)).toEqual(['connection', 'balancer', 'health-checker']);
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
