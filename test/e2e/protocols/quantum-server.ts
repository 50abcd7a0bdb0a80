import type { TestCertificate } from '../../support/certificates.ts';
import { start } from '../../support/process.ts';
import { sharingNode } from '../../support/sharing-node.ts';

/**
 * A TLS server that agrees on X25519MLKEM768 only, and says which version it speaks; resolves with its port. OpenSSL
 * knows the group from 3.5 on, which Debian does not have everywhere: the one inside of a newer Node does.
 */
export async function startQuantumServer({ cert, key }: TestCertificate): Promise<number> {
  const script = `
    const { createServer } = require('node:tls');
    const { CERT: cert, KEY: key } = process.env;
    const server = createServer({ cert, key, ecdhCurve: 'X25519MLKEM768' }, (socket) => {
      socket.on('error', () => {});
      socket.end('quantum by ' + socket.getProtocol());
    });
    server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
  `;
  const server = start(sharingNode(), ['-e', script], { env: { CERT: cert, KEY: key } });
  const line = await server.waitForLine(/^port \d+$/);
  return Number(line.slice('port '.length));
}
