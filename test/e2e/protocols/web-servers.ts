import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from '../../support/certificates.ts';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { tempDir } from '../../support/temp.ts';
import { waitForPort } from '../../support/wait-for-port.ts';

/** Ports of an nginx that answers each request with the name of the port here, and with the protocol it was asked by. */
export interface WebServers {
  readonly http1: number;
  /** HTTP/2 in the clear, by prior knowledge. */
  readonly http2: number;
  /** Over TLS: what ALPN agrees on. */
  readonly https: number;
}

/** Starts it, ended with the test. */
export async function startWebServers({ certFile, keyFile }: TestCertificate): Promise<WebServers> {
  const directory = tempDir();
  const ports = { http1: await freePort(), http2: await freePort(), https: await freePort() };
  const listens = {
    http1: `${ports.http1}`,
    http2: `${ports.http2} http2`,
    https: `${ports.https} ssl http2`,
  };
  const servers = Object.entries(listens).map(
    ([name, listen]) =>
      `server { listen 127.0.0.1:${listen}; return 200 "${name} by $server_protocol for $host\\n"; }`,
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = join(directory, 'nginx.conf');
  writeFileSync(
    config,
    `
daemon off;
worker_processes 1;
${userInfo().uid === 0 ? 'user root root;' : ''}
pid ${join(directory, 'nginx.pid')};
error_log stderr error;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${join(directory, name)};`).join('\n  ')}
  ssl_certificate ${certFile};
  ssl_certificate_key ${keyFile};
  ${servers.join('\n  ')}
}
`,
  );
  const nginx = start(program('nginx'), ['-p', directory, '-c', config]);
  for (const port of Object.values(ports)) await waitForPort(nginx, port);
  return ports;
}
