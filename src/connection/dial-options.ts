import type { ConnectPlan } from '../core/plan.ts';
import type { DialOptions, SocketOptions } from '../core/ports.ts';
import type { Connection } from './connection.ts';
import { plainHost } from './original.ts';

/** Options of all pools with the one thing more, made once for each plan. */
const speaking = new WeakMap<SocketOptions, DialOptions>();

/**
 * What to dial a backend with, for this connection's client. A client on a Unix socket has no address to come from.
 * `speaks`: whether the backend is told something as soon as it is connected.
 */
export function optionsOf(
  { plan, clientHost }: Connection,
  { source, sourcePorts }: ConnectPlan,
  speaks: boolean,
): DialOptions {
  const socket = speaks ? speakingOf(plan.socket) : plan.socket;
  if (sourcePorts !== null) return { ...socket, source, sourcePorts };
  if (source === null) return socket;
  if (source !== 'client') return { ...socket, source };
  return clientHost === '' ? socket : { ...socket, source: plainHost(clientHost), transparent: true };
}

/**
 * Whether a backend gets bytes as soon as it is connected: Sluice's own, or what the client has sent by now. Stages may hold
 * the client's back.
 */
export function speaksFirst(connection: Connection, connect: ConnectPlan): boolean {
  if (isIntroduced(connect)) return true;
  const { route, shard, watch, client } = connection;
  if (route !== null && route.stages.length > 0) return false;
  if (shard.liveStages.of(connection).length > 0) return false;
  return watch.heldBytes > 0 || client.unread > 0;
}

/** Whether a PROXY header or a ClientHello comes before the client's bytes. */
export function isIntroduced({ proxyOut, tls }: ConnectPlan): boolean {
  return proxyOut !== null || tls !== null;
}

function speakingOf(socket: SocketOptions): DialOptions {
  let options = speaking.get(socket);
  if (options === undefined) {
    options = { ...socket, speaksFirst: true };
    speaking.set(socket, options);
  }
  return options;
}
