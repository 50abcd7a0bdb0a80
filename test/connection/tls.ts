import type { ConnectionOptions } from 'node:tls';
import { textOf } from '../../src/core/error-fact.ts';
import type { ConnectTlsPlan, ListenerTlsPlan } from '../../src/core/tls.ts';
import { createTlsSessions } from '../../src/tls/index.ts';
import { contractPeer } from '../plane/memory-world.ts';
import { certificatePlan, testAuthority } from '../support/certificates.ts';
import { connectPlan, listenerPlan } from '../tls/plans.ts';
import { TlsPeer } from '../tls/tls-peer.ts';
import { turn, World, type WorldPieces } from './world.ts';

/** Deadline of a handshake with a client, apart from the others. */
export const HANDSHAKE_MS = 700;

/** A listener with a certificate for `a.test` alone, which takes plain clients too, and what differs. */
export function tlsPlan(differing: Partial<ListenerTlsPlan> = {}): ListenerTlsPlan {
  const certificates = [certificatePlan(testAuthority().issue({ names: ['a.test'] }))];
  return listenerPlan({ required: false, certificates, handshakeMs: HANDSHAKE_MS, ...differing });
}

/** A pool whose backends speak TLS as `a.test`. */
export function backendTlsPlan(differing: Partial<ConnectTlsPlan> = {}): ConnectTlsPlan {
  return connectPlan({ serverName: 'a.test', handshakeMs: HANDSHAKE_MS, ...differing });
}

/** A world that speaks TLS; what TLS throws is told as a defect. */
export function openTls(pieces: WorldPieces): Promise<World> {
  return World.open({
    ...pieces,
    parts: (parts) => ({
      ...pieces.parts?.(parts),
      tls: createTlsSessions({
        onError: (error) =>
          parts.emit({ kind: 'error', at: 0, connection: null, traceId: null, message: textOf(error) }),
      }),
    }),
  });
}

/** A client that starts to connect and to shake hands. */
export function tlsClient(world: World, options: ConnectionOptions = { servername: 'a.test' }): TlsPeer {
  return new TlsPeer(contractPeer(world.connect()), false, options);
}

/** Lets a little virtual time pass, with turns of Node's loop, until what TLS does has been done. */
export async function settle(world: World, ms = 12): Promise<void> {
  for (let passed = 0; passed < ms; passed++) {
    world.run(1);
    await turn();
  }
}
