import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StartOptions } from '../../support/child.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { freePort } from '../../support/ports.ts';
import { run, start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

const CLIENTS = 4;
const TRANSACTIONS_EACH = 200;

describe('PostgreSQL through Sluice', () => {
  needs('initdb', 'postgres', 'pgbench', 'psql');

  test('pgbench completes every transaction, and the tables agree with each other', async () => {
    const sluice = await startPostgres();
    const { host, port } = sluice.address();
    const to = ['-h', host, '-p', String(port), '-U', 'tester'];
    await run(program('pgbench'), [...to, '-i', '-s', '1', '-q', 'postgres']);
    const pgbench = await run(program('pgbench'), [
      ...to,
      ...['-n', '-c', String(CLIENTS), '-j', '2', '-t', String(TRANSACTIONS_EACH), 'postgres'],
    ]);

    const total = CLIENTS * TRANSACTIONS_EACH;
    const report = pgbench.stdout.toString();
    expect(report).toContain(`number of transactions actually processed: ${total}/${total}`);
    expect(report).toMatch(/number of failed transactions: 0 \(/);

    const query = `select (select count(*) from pgbench_history),
      (select sum(delta) from pgbench_history) - (select sum(abalance) from pgbench_accounts),
      (select sum(tbalance) from pgbench_tellers) - (select sum(bbalance) from pgbench_branches)`;
    const psql = await run(program('psql'), [...to, '-X', '-A', '-t', '-c', query, 'postgres']);
    expect(psql.stdout.toString()).toBe(`${total}|0|0\n`);

    await expectCleanEnd(sluice);
    const reasons = new Set(sluice.closedLogs().map((line) => line.reason));
    expect([...reasons].filter((reason) => !reason.endsWith('-fin'))).toEqual([]);
  });
});

async function startPostgres(): Promise<Sluice> {
  const directory = tempDir();
  const as = await asPostgres(directory);
  const data = join(directory, 'data');
  await run(program('initdb'), ['-D', data, '-A', 'trust', '-U', 'tester', '-E', 'UTF8', '--no-sync'], as);
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${directory}`,
    'fsync=off',
    'shared_buffers=32MB',
  ];
  const postgres = start(program('postgres'), ['-D', data, ...settings.flatMap((s) => ['-c', s])], {
    ...as,
    stopSignal: 'SIGINT', // the fast shutdown, which does not wait for clients
  });
  await postgres.waitForLine(/database system is ready to accept connections/);
  return startSluice(forwardConfig({ edge: `127.0.0.1:${port}` }));
}

/** PostgreSQL refuses to run as root: root runs it as the user its package made, who gets the directory. */
async function asPostgres(directory: string): Promise<StartOptions> {
  if (process.getuid?.() !== 0) return { cwd: directory };
  const ids = await Promise.all(['-u', '-g'].map((which) => run('id', [which, 'postgres'])));
  const [uid, gid] = ids.map((id) => Number(id.stdout.toString()));
  if (uid === undefined || gid === undefined) throw new Error('the user postgres has no ids');
  chownSync(directory, uid, gid);
  return { cwd: directory, user: { uid, gid } };
}
