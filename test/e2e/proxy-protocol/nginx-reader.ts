import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { tempDir } from '../../support/temp.ts';
import { waitForPort } from '../../support/wait-for-port.ts';

export const NGINX_STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** nginx that answers every connection with the addresses of its PROXY header; resolves with its port. */
export async function startNginxReader(): Promise<number> {
  const directory = tempDir();
  const port = await freePort();
  const config = join(directory, 'nginx.conf');
  const fields = ['addr', 'port', 'server_addr', 'server_port'].map((field) => `$proxy_protocol_${field}`);
  writeFileSync(
    config,
    `
load_module ${NGINX_STREAM_MODULE};
daemon off;
worker_processes 1;
${userInfo().uid === 0 ? 'user root root;' : ''}
pid ${join(directory, 'nginx.pid')};
error_log stderr warn;
events { worker_connections 64; }
stream {
  server {
    listen 127.0.0.1:${port} proxy_protocol;
    return "${fields.join(' ')}";
  }
}
`,
  );
  const nginx = start(program('nginx'), ['-p', directory, '-c', config]);
  await waitForPort(nginx, port);
  return port;
}
