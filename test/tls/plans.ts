import type { ConnectTlsPlan, ListenerTlsPlan } from '../../src/core/tls.ts';
import { certificatePlan, testAuthority } from '../support/certificates.ts';

/** A listener for a.test, and what differs. */
export function listenerPlan(differing: Partial<ListenerTlsPlan> = {}): ListenerTlsPlan {
  return {
    required: true,
    certificates: [certificatePlan(testAuthority().issue({ names: ['a.test', '127.0.0.1'] }), true)],
    clientAuth: 'none',
    clientCa: null,
    alpn: [],
    versionMin: 'TLSv1.2',
    ciphers: null,
    ticketKeys: null,
    handshakeMs: 10_000,
    keyLog: null,
    startTls: [],
    ...differing,
  };
}

/** A pool that trusts the tests' authority, and what differs. */
export function connectPlan(differing: Partial<ConnectTlsPlan> = {}): ConnectTlsPlan {
  return {
    serverName: null,
    verify: true,
    ca: testAuthority().cert,
    certificate: null,
    alpn: [],
    versionMin: 'TLSv1.2',
    handshakeMs: 10_000,
    ...differing,
  };
}
