import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { startPostgres } from '../../support/postgres.ts';
import { run } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { AUTHORITY, terminating } from './client.ts';

describe('psql in front of a PostgreSQL that speaks no TLS', () => {
  test.each(['require', 'verify-full'])('with sslmode=%s has TLS as far as Sluice', async (mode) => {
    const sluice = await inFrontOfPostgres();
    expect(await psql(sluice, mode)).toBe('f|tester\n');
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({
      ...{ route: 'by-name', pool: 'db', protocol: 'tls', sni: 'edge.test' },
      tls: { version: 'TLSv1.3' },
    });
    await expectCleanEnd(sluice);
  });

  test('with sslmode=disable has none', async () => {
    const sluice = await inFrontOfPostgres();
    expect(await psql(sluice, 'disable')).toBe('f|tester\n');
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ route: 'in-the-clear', pool: 'db', protocol: 'postgres', sni: null });
    expect(line).not.toHaveProperty('tls');
    await expectCleanEnd(sluice);
  });
});

async function inFrontOfPostgres(): Promise<Sluice> {
  return startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    ${terminating('starttls: postgres')}
    routes:
      - { name: by-name, match: { sni: edge.test }, to: db }
      - { name: in-the-clear, match: { protocol: postgres, postgres_database: postgres }, to: db }
pools: { db: { backends: ["127.0.0.1:${await startPostgres()}"] } }
`);
}

/** Whether the server sees TLS, and who it takes the client for. */
async function psql(sluice: Sluice, mode: string): Promise<string> {
  const { host, port } = sluice.address();
  const trust = `sslmode=${mode} sslrootcert=${AUTHORITY.certFile}`;
  const to = `host=edge.test hostaddr=${host} port=${port} user=tester dbname=postgres ${trust}`;
  const query = 'select ssl, current_user from pg_stat_ssl where pid = pg_backend_pid()';
  return (await run(program('psql'), ['-X', '-A', '-t', '-c', query, to])).stdout.toString();
}
