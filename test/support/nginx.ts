import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { start } from './process.ts';
import { program } from './programs.ts';
import { tempDir } from './temp.ts';
import { waitForPort } from './wait-for-port.ts';

/** An nginx of the test's own. */
export interface Nginx {
  readonly port: number;
  /** Files in here are served below `/`. */
  readonly root: string;
}

/**
 * Starts nginx on a free port of 127.0.0.1. It serves files below `/`, and hands what lies below `/app/` to the HTTP
 * server at `appPort`, upgrades included, without holding back a byte in either direction.
 */
export async function startNginx(appPort: number): Promise<Nginx> {
  const directory = tempDir();
  const root = join(directory, 'root');
  mkdirSync(root);
  const port = await freePort();
  const config = join(directory, 'nginx.conf');
  writeFileSync(config, nginxConfig(directory, port, appPort));
  const nginx = start(program('nginx'), ['-p', directory, '-c', config]);
  await waitForPort(nginx, port);
  return { port, root };
}

function nginxConfig(directory: string, port: number, appPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    worker_processes 1;
    ${userInfo().uid === 0 ? 'user root root;' : ''}
    pid ${join(directory, 'nginx.pid')};
    error_log stderr warn;
    events { worker_connections 256; }
    http {
      access_log off;
      gzip off;
      keepalive_timeout 60s;
      client_max_body_size 0;
      ${temporary.map((name) => `${name}_temp_path ${join(directory, name)};`).join('\n      ')}
      map $http_upgrade $connection_for_app { '' ''; default upgrade; }
      server {
        listen 127.0.0.1:${port};
        root ${join(directory, 'root')};
        location /app/ {
          proxy_pass http://127.0.0.1:${appPort};
          proxy_http_version 1.1;
          proxy_buffering off;
          proxy_request_buffering off;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_for_app;
        }
      }
    }
`;
}
