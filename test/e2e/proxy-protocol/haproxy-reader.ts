import { freePort } from '../../support/ports.ts';
import { startHaproxy } from './haproxy.ts';

/**
 * HAProxy that answers each request with what it takes for the addresses of both ends, the authority and the unique id,
 * with `|` between them; resolves with its port.
 */
export async function startHaproxyReader(): Promise<number> {
  const port = await freePort();
  const fields = ['src', 'src_port', 'dst', 'dst_port', 'fc_pp_authority', 'fc_pp_unique_id'];
  const format = fields.map((field) => `%[${field}]`).join('|');
  await startHaproxy(
    port,
    `frontend read
  mode http
  bind 127.0.0.1:${port} accept-proxy
  http-request return status 200 content-type text/plain lf-string "${format}"`,
  );
  return port;
}
