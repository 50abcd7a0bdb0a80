import { describe, expect, test } from 'vitest';
import { testAuthority } from '../../support/certificates.ts';
import { WAIT_MS } from '../../support/child.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { eventually } from '../../support/eventually.ts';
import { prepareMariadb } from '../../support/mariadb.ts';
import { preparePostgres } from '../../support/postgres.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { nginx, redis, smtp } from './servers.ts';

/** A server comes, goes and comes again. */
const CHANGES = ['backend.healthy', 'backend.unhealthy', 'backend.healthy'];

describe('probes of real servers that are stopped and started again', () => {
  needs(
    'redis-server',
    'initdb',
    'postgres',
    'nginx',
    'mariadbd',
    'mariadb-install-db',
    'aiosmtpd',
    'openssl',
  );

  test('tell each change once, with what was expected and what came, and leave no noise with the servers', async () => {
    const authority = testAuthority();
    const certificate = authority.issue({ names: ['a.test'] });
    const [cache, locked, web, mail, database, other] = await Promise.all([
      redis(),
      redis('secret'),
      nginx(certificate),
      smtp(),
      preparePostgres(),
      prepareMariadb(),
    ]);
    const tls = `{ server_name: a.test, ca: ${authority.certFile} }`;
    const pools: Record<string, { readonly port: number; readonly probe: string; readonly said: RegExp }> = {
      redis: { port: cache.port, probe: 'redis', said: /^answered "\+PONG" in \d+ ms$/ },
      locked: { port: locked.port, probe: 'redis', said: /^answered "-NOAUTH .*" in \d+ ms$/ },
      steps: {
        port: cache.port,
        probe: '{ send: "INFO server\\r\\n", expect: { regex: "redis_version:[0-9]" } }',
        said: /^answered "\$\d+/,
      },
      http: {
        port: web.port,
        probe: '{ http: { path: /healthz, status: 200, body: "is well" } }',
        said: /^answered "HTTP\/1\.1 200 OK" with "is well"/,
      },
      missing: {
        port: web.port,
        probe: '{ http: { path: /nowhere, status: 404 } }',
        said: /^answered "HTTP\/1\.1 404 /,
      },
      https: {
        port: web.tlsPort,
        probe: `{ http: { path: /healthz, tls: ${tls} } }`,
        said: /^answered "HTTP\/1\.1 200 OK"/,
      },
      tls: { port: web.tlsPort, probe: `{ tls: ${tls} }`, said: /^connected by TLSv1\.[23] in/ },
      tcp: { port: web.port, probe: 'tcp', said: /^connected in/ },
      smtp: { port: mail.port, probe: 'smtp', said: /^answered "250 / },
      postgres: {
        port: database.port,
        probe: '{ postgres: { user: tester } }',
        said: /^(let in|answered 3D000)/,
      },
      stranger: {
        port: database.port,
        probe: 'postgres',
        said: /^answered 28000 "role \\"sluice\\" does not exist"/,
      },
      mysql: { port: other.port, probe: 'mysql', said: /^answered 1045 "Access denied for user 'sluice'/ },
    };
    const servers = [cache, locked, web, mail, database, other];
    const running = await Promise.all(servers.map((server) => server.start()));
    const sluice = await startSluice(configFor(pools));
    const names = Object.keys(pools);
    const told = (pool: string) => changesOf(sluice, pool);

    await eventually(() => names.every((name) => told(name).length === 1), 'all are healthy');
    for (const [name, { said }] of Object.entries(pools)) expect(told(name)[0]?.cause, name).toMatch(said);

    const ends = await Promise.all(running.map((child) => child.stop(WAIT_MS)));
    expect(ends.filter(({ signal }) => signal === 'SIGKILL')).toEqual([]);
    await eventually(() => names.every((name) => told(name).length === 2), 'all are unhealthy');

    const again = await Promise.all(servers.map((server) => server.start()));
    await eventually(() => names.every((name) => told(name).length === 3), 'all are healthy again');
    for (const name of names) {
      expect(
        told(name).map(({ event }) => event),
        name,
      ).toEqual(CHANGES);
      expect(told(name)[1]?.cause, name).toMatch(/ECONNREFUSED|ECONNRESET|^expected|^no |TLS/);
    }
    const noise = [...running, ...again].map(({ stderr, stdout }) => `${stderr}${stdout}`).join('');
    expect(noise).not.toMatch(/reset by peer|ECONNRESET|[Aa]borted connection|lost connection|Traceback/);
    expect(sluice.logs.filter(({ event }) => event === 'error')).toEqual([]);
    await expectCleanEnd(sluice);
  });
});

interface Change {
  readonly event: string;
  readonly cause: string;
}

function changesOf(sluice: Sluice, pool: string): Change[] {
  return sluice.logs
    .filter((line) => line['pool'] === pool && line.event.startsWith('backend.'))
    .map((line) => ({ event: line.event, cause: String(line['cause']) }));
}

function configFor(
  pools: Readonly<Record<string, { readonly port: number; readonly probe: string }>>,
): string {
  const entries = Object.entries(pools);
  const routes = entries.map(([name]) => `{ pool: ${name} }`).join(', ');
  const health = 'interval: 200ms, fast_interval: 100ms, timeout: 5s, rise: 2, fall: 2';
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: [${routes}] }]
pools:
${entries.map(([name, { port, probe }]) => `  ${name}: { backends: [127.0.0.1:${port}], health: { ${health}, probe: ${probe} } }`).join('\n')}
`;
}
