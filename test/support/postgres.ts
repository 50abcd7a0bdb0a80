import { chownSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCertificate } from './certificates.ts';
import type { Child, StartOptions } from './child.ts';
import { freePort } from './ports.ts';
import { run, start } from './process.ts';
import { program } from './programs.ts';
import { tempDir } from './temp.ts';

/** A server that can be started, ended, and started again at the same port of 127.0.0.1. */
export interface Startable {
  readonly port: number;
  /** Resolves once it takes clients. */
  start(): Promise<Child>;
}

/**
 * Makes a PostgreSQL cluster whose superuser is `tester`, starts it on a free port of 127.0.0.1 and resolves with the
 * port. It speaks TLS with `certificate`; absent = it answers that it does not.
 */
export async function startPostgres(certificate?: TestCertificate): Promise<number> {
  const postgres = await preparePostgres(certificate);
  await postgres.start();
  return postgres.port;
}

/** As `startPostgres`, but does not start it. */
export async function preparePostgres(certificate?: TestCertificate): Promise<Startable> {
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
    ...(certificate === undefined ? [] : tlsSettings(directory, certificate, as.user)),
  ];
  return {
    port,
    start: async () => {
      const postgres = start(program('postgres'), ['-D', data, ...settings.flatMap((s) => ['-c', s])], {
        ...as,
        stopSignal: 'SIGINT', // the fast shutdown, which does not wait for clients
      });
      await postgres.waitForLine(/database system is ready to accept connections/);
      return postgres;
    },
  };
}

/** PostgreSQL takes a key only where it is its own and nobody else can read it. */
function tlsSettings(
  directory: string,
  certificate: TestCertificate,
  user: StartOptions['user'],
): readonly string[] {
  const files = { cert: join(directory, 'server.pem'), key: join(directory, 'server.key') };
  copyFileSync(certificate.certFile, files.cert);
  copyFileSync(certificate.keyFile, files.key);
  for (const file of Object.values(files)) if (user !== undefined) chownSync(file, user.uid, user.gid);
  return ['ssl=on', `ssl_cert_file=${files.cert}`, `ssl_key_file=${files.key}`];
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
