import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import type { Startable } from './postgres.ts';
import { run, start } from './process.ts';
import { program } from './programs.ts';
import { tempDir } from './temp.ts';

/** Makes a MariaDB without users but root, to be started on a free port of 127.0.0.1. */
export async function prepareMariadb(): Promise<Startable & { readonly socket: string }> {
  const directory = tempDir();
  const data = join(directory, 'data');
  const user = userInfo().uid === 0 ? ['--user=root'] : [];
  await run(program('mariadb-install-db'), [
    ...['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal'],
    ...['--skip-test-db', '--skip-name-resolve', ...user],
  ]);
  const port = await freePort();
  const socket = join(directory, 'mariadb.sock');
  return {
    port,
    socket,
    start: async () => {
      const mariadb = start(program('mariadbd'), [
        ...['--no-defaults', `--datadir=${data}`, '--bind-address=127.0.0.1', `--port=${port}`],
        ...[`--socket=${socket}`, `--pid-file=${join(directory, 'pid')}`, '--skip-name-resolve', ...user],
        ...['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=8M'],
      ]);
      await mariadb.waitForLine(/ready for connections/);
      return mariadb;
    },
  };
}

/** Makes a MariaDB whose user `tester` has no password, starts it on a free port of 127.0.0.1 and resolves with that. */
export async function startMariadb(): Promise<number> {
  const { port, socket, start: startServer } = await prepareMariadb();
  await startServer();
  const grant = "create user tester@'127.0.0.1'; grant all on *.* to tester@'127.0.0.1'";
  await run(program('mariadb'), ['--no-defaults', `--socket=${socket}`, '--user=root', '-e', grant]);
  return port;
}
