import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { startPostgres } from '../../support/postgres.ts';
import { run } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';

const CLIENTS = 4;
const TRANSACTIONS_EACH = 200;

describe('PostgreSQL through Sluice', () => {
  needs('initdb', 'postgres', 'pgbench', 'psql');

  test('pgbench completes every transaction, and the tables agree with each other', async () => {
    const sluice = await startBehindSluice();
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

async function startBehindSluice(): Promise<Sluice> {
  return startSluice(forwardConfig({ edge: `127.0.0.1:${await startPostgres()}` }));
}
