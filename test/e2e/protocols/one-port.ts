import { testAuthority } from '../../support/certificates.ts';
import type { ClosedLog } from '../../support/logs.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { startPostgres } from '../../support/postgres.ts';
import { startRedis } from '../../support/redis.ts';
import { startSServer } from '../../support/s-server.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { startQuantumServer } from './quantum-server.ts';
import { startWebServers } from './web-servers.ts';

/** One authority vouches for all servers: which of them answers is told by the name it is for. */
export const AUTHORITY = testAuthority();
/** Of the s_server for clients that name it. */
export const SHOP = AUTHORITY.issue({ names: ['shop.test'] });
/** Of the s_server for clients that name nobody whom a route is for. */
export const NAMELESS = AUTHORITY.issue({ names: ['nameless.test'] });
export const WEB = AUTHORITY.issue({ names: ['web.test'] });
const QUANTUM = AUTHORITY.issue({ names: ['quantum.test'] });
const POSTGRES = AUTHORITY.issue({ names: ['postgres.test'] });

export interface OnePort {
  readonly sluice: Sluice;
  readonly sshd: Sshd;
  /** The line of the next connection that ends, in the order in which they end. */
  last(): Promise<ClosedLog>;
}

/** One Sluice with one listener, in front of a real server for every protocol. Route and pool have the same name. */
export async function startOnePort(): Promise<OnePort> {
  const [web, shop, nameless, quantum, postgres, redis, mqtt, mysql, sshd] = await Promise.all([
    startWebServers(WEB),
    startSServer(SHOP, ['-www']),
    startSServer(NAMELESS, ['-www']),
    startQuantumServer(QUANTUM),
    startPostgres(POSTGRES),
    startRedis(),
    startMosquitto(),
    startMariadb(),
    startSshd(),
  ]);
  const routes: readonly (readonly [name: string, match: string, port: number])[] = [
    ['shop', 'sni: shop.test', shop.port],
    ['web-tls', 'sni: web.test', web.https],
    ['quantum', 'sni: quantum.test', quantum],
    ['nameless', 'protocol: tls', nameless.port],
    ['web', 'protocol: http1', web.http1],
    ['web2', 'protocol: http2', web.http2],
    ['ssh', 'protocol: ssh', sshd.port],
    ['postgres', 'protocol: postgres', postgres],
    ['redis', 'protocol: redis', redis],
    ['mqtt', 'protocol: mqtt', mqtt],
    ['mysql', 'protocol: mysql', mysql],
  ];
  const sluice = await startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    sniff: { timeout: 2s }
    routes:
${routes.map(([name, match]) => `      - { name: ${name}, match: { ${match} }, to: ${name} }`).join('\n')}
pools:
${routes.map(([name, , port]) => `  ${name}: { backends: ["127.0.0.1:${port}"] }`).join('\n')}
`);
  let seen = 0;
  const last = async (): Promise<ClosedLog> => (await sluice.waitForClosed(++seen))[seen - 1] as ClosedLog;
  return { sluice, sshd, last };
}
