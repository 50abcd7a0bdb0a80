import { describe, expect, test } from 'vitest';
import { DnsServer } from '../../support/dns-server.ts';
import { eventually } from '../../support/eventually.ts';
import { greet, greeter, greetings } from '../../support/greeter.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear } from '../../support/tcp.ts';

const NAME = 'app.test';

/** One shard on the main thread (node:net), and two on threads (Linux's own calls). */
const WORKERS = [0, 2];

function config(dns: DnsServer, backends: readonly string[], workers = 2, more = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web:
    backends: [${backends.join(', ')}]
    connect: { retries: 0, timeout: 2s${more} }
resolver: { servers: [127.0.0.1:${dns.port}], timeout: 2s, attempts: 1, min_ttl: 500ms, negative_ttl: 500ms }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
workers: ${workers}
`;
}

/** The n-th line about the name. */
function told(sluice: Sluice, event: string, count = 1) {
  return sluice.waitForEvent(event, count);
}

async function refused(sluice: Sluice): Promise<string> {
  const socket = await dial(sluice.address());
  return (await hear(socket)).end;
}

describe.each(WORKERS)('a name of a backend, with %i workers', (workers) => {
  test('is followed where it goes after its TTL of a second, over TCP where the answer is too long', async () => {
    const dns = await DnsServer.start();
    const backend = await greeter('here');
    // Nobody listens on that port of the other address.
    dns.addresses(NAME, 1, '127.0.0.9');
    const sluice = await startSluice(config(dns, [`${NAME}:${backend.port}`], workers));
    expect(await told(sluice, 'name.resolved')).toMatchObject({
      name: NAME,
      kind: 'address',
      values: ['127.0.0.9'],
      ttl_ms: 1000,
    });
    expect(await refused(sluice)).toBe('ECONNRESET');
    dns.addresses(NAME, 1, '127.0.0.1');
    Object.assign(dns.zone[`A ${NAME}`] as object, { truncated: true });
    expect(await told(sluice, 'name.resolved', 2)).toMatchObject({ values: ['127.0.0.1'] });
    expect(dns.asked).toContain(`A ${NAME} tcp`);
    await eventually(
      async () => (await greetings(sluice.address(), 1).catch(() => []))[0] === 'here',
      'the new address to serve',
    );
  });
});

describe('a name that stops resolving', () => {
  test('keeps its last addresses, says why once for each cause, and is found again', async () => {
    const dns = await DnsServer.start();
    const backend = await greeter('here');
    dns.addresses(NAME, 1, '127.0.0.1');
    const sluice = await startSluice(config(dns, [`${NAME}:${backend.port}`]));
    expect(await greetings(sluice.address(), 1)).toEqual(['here']);
    const kept = { name: NAME, kept: ['127.0.0.1'] };
    dns.fails(NAME, { code: 'SERVFAIL' });
    expect(await told(sluice, 'name.unresolved')).toMatchObject({ ...kept, cause: 'SERVFAIL' });
    expect(await greetings(sluice.address(), 1)).toEqual(['here']);
    dns.fails(NAME, 'silence');
    expect(await told(sluice, 'name.unresolved', 2)).toMatchObject({ ...kept, cause: 'timeout' });
    dns.fails(NAME, { code: 'NXDOMAIN', negativeTtl: 1 });
    expect(await told(sluice, 'name.unresolved', 3)).toMatchObject({ ...kept, cause: 'NXDOMAIN' });
    expect(await greetings(sluice.address(), 1)).toEqual(['here']);
    const metrics = await sluice.scrape();
    expect(metrics.sum('sluice_name_values', { name: NAME, kind: 'address' })).toBe(1);
    expect(metrics.sum('sluice_name_failures_total', { name: NAME, kind: 'address' })).toBeGreaterThanOrEqual(
      3,
    );
    dns.addresses(NAME, 1, '127.0.0.1');
    expect(await told(sluice, 'name.resolved', 2)).toMatchObject({ name: NAME, values: ['127.0.0.1'] });
    expect(await greetings(sluice.address(), 1)).toEqual(['here']);
  });

  test('from the start keeps nobody from starting: its backend is unhealthy until it has an address', async () => {
    const dns = await DnsServer.start();
    const backend = await greeter('here');
    const sluice = await startSluice(config(dns, [`${NAME}:${backend.port}`]));
    expect(await told(sluice, 'name.unresolved')).toMatchObject({
      name: NAME,
      cause: 'NXDOMAIN',
      age_ms: null,
    });
    expect(await told(sluice, 'backend.unhealthy')).toMatchObject({ cause: 'unresolved: NXDOMAIN' });
    expect(await refused(sluice)).toBe('ECONNRESET');
    expect(await sluice.waitForClosed(1)).toMatchObject([{ reason: 'no-backend' }]);
    dns.addresses(NAME, 1, '127.0.0.1');
    expect(await told(sluice, 'backend.healthy')).toMatchObject({ cause: 'resolved' });
    expect(await greetings(sluice.address(), 1)).toEqual(['here']);
  });
});

describe('several addresses of a name', () => {
  test('of both families are tried one after the other: the first that answers serves', async () => {
    const dns = await DnsServer.start();
    const backend = await greeter('four');
    // 192.0.2.1 answers nobody (RFC 5737); nobody listens on ::1.
    dns.addresses(NAME, 60, '::1', '127.0.0.1');
    const sluice = await startSluice(config(dns, [`${NAME}:${backend.port}`], 2, ', attempt_delay: 50ms'));
    const { by, socket } = await greet(sluice.address());
    expect(by).toBe('four');
    socket.end();
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ backend: `${NAME}:${backend.port}`, reason: 'client-fin', attempts: 2 });
    expect(line?.['failed_attempts']).toMatchObject([{ error: expect.stringMatching(/^E/) }]);
  });
});
