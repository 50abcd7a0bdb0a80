import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from '../../support/certificates.ts';
import type { Child } from '../../support/child.ts';
import { freePort } from '../../support/ports.ts';
import type { Startable } from '../../support/postgres.ts';
import { start } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { tempDir } from '../../support/temp.ts';
import { waitForPort } from '../../support/wait-for-port.ts';

/** A redis that can be started again; with `password` it asks everybody for one. */
export async function redis(password?: string): Promise<Startable> {
  const port = await freePort();
  const secret = password === undefined ? [] : ['--requirepass', password];
  return {
    port,
    start: async () => {
      const child = start(program('redis-server'), [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', tempDir()],
        ...['--save', '', '--appendonly', 'no', '--daemonize', 'no', ...secret],
      ]);
      await child.waitForLine(/Ready to accept connections/);
      return child;
    },
  };
}

/** An aiosmtpd that can be started again. */
export async function smtp(): Promise<Startable> {
  const port = await freePort();
  return {
    port,
    start: async () => {
      const child = start(program('aiosmtpd'), ['-n', '-l', `127.0.0.1:${port}`]);
      await waitForPort(child, port);
      return child;
    },
  };
}

/** An nginx that can be started again, with a site at `port` and the same over TLS at `tlsPort`. */
export async function nginx({
  certFile,
  keyFile,
}: TestCertificate): Promise<Startable & { tlsPort: number }> {
  const directory = tempDir();
  const [port, tlsPort] = [await freePort(), await freePort()];
  const root = join(directory, 'root');
  mkdirSync(root);
  writeFileSync(join(root, 'healthz'), 'all is well\n');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = join(directory, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; worker_processes 1; ${userInfo().uid === 0 ? 'user root root;' : ''}
     pid ${join(directory, 'nginx.pid')}; error_log stderr info; events { worker_connections 64; }
     http {
       access_log off;
       ${temporary.map((name) => `${name}_temp_path ${join(directory, name)};`).join(' ')}
       server {
         listen 127.0.0.1:${port}; listen 127.0.0.1:${tlsPort} ssl; root ${root};
         ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
       }
     }`,
  );
  return {
    port,
    tlsPort,
    start: async (): Promise<Child> => {
      const child = start(program('nginx'), ['-p', directory, '-c', config]);
      await waitForPort(child, port);
      await waitForPort(child, tlsPort);
      return child;
    },
  };
}
