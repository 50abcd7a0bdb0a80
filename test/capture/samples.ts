import type { CapturedConnection } from '../../src/capture/index.ts';
import { connectionId } from '../../src/core/connection-id.ts';

/** 2026-01-31, noon. */
export const NOON = Date.UTC(2026, 0, 31, 12);

/** A connection of IPv4; `number` makes ids and ports of several differ. */
export function captured(number = 1, pieces: Partial<CapturedConnection> = {}): CapturedConnection {
  return {
    id: connectionId(1, 0, number),
    listener: 'edge',
    route: 'edge/0',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    openedAt: NOON,
    client: { peer: tcp('203.0.113.9', 40_000 + number), own: tcp('192.0.2.1', 443) },
    backend: { peer: tcp('10.0.1.1', 9000), own: tcp('10.0.0.1', 30_000 + number) },
    source: null,
    isDecrypted: false,
    ...pieces,
  };
}

/** The same over IPv6. */
export function capturedIpv6(number = 1): CapturedConnection {
  return captured(number, {
    client: { peer: tcp('2001:db8::9', 40_000 + number), own: tcp('2001:db8::1', 443) },
    backend: { peer: tcp('fd00::1', 9000), own: tcp('fd00::2', 30_000 + number) },
  });
}

/** Over Unix sockets. */
export function capturedUnix(number = 1): CapturedConnection {
  const leg = { peer: { kind: 'unix', path: '' }, own: { kind: 'unix', path: '/run/edge.sock' } } as const;
  const backend = { peer: { kind: 'unix', path: '/run/app.sock' }, own: { kind: 'unix', path: '' } } as const;
  return captured(number, { client: leg, backend });
}

export function tcp(host: string, port: number) {
  return { kind: 'tcp', host, port } as const;
}
