import type { ShardGroup } from '../core/plan.ts';
import type { SocketOptions } from '../core/ports.ts';
import { type Issue, warning } from './issue.ts';
import type { Config } from './schema.ts';

export interface CompiledSocket {
  readonly options: SocketOptions;
  /** What is set and does nothing on the planes of the groups. */
  readonly issues: readonly Issue[];
}

/** The options of all TCP sockets. */
export function compileSocket(socket: Config['socket'], groups: readonly ShardGroup[]): CompiledSocket {
  const onNet = groups.some(({ plane }) => plane === 'net');
  const idle = onNet ? LINUX_ONLY.filter(([key]) => socket[key] > 0) : [];
  return {
    options: {
      noDelay: socket.no_delay,
      keepaliveMs: socket.keepalive,
      receiveBuffer: socket.receive_buffer,
      sendBuffer: socket.send_buffer,
      userTimeoutMs: socket.user_timeout,
      notSentLowat: socket.not_sent_lowat,
    },
    issues: idle.map(([key, option]) =>
      warning(['socket', key], `has no effect on the net plane, because node:net cannot set ${option}`),
    ),
  };
}

/** Keys that only the linux plane can heed, and the options of the system that they stand for. */
const LINUX_ONLY = [
  ['receive_buffer', 'SO_RCVBUF'],
  ['send_buffer', 'SO_SNDBUF'],
  ['user_timeout', 'TCP_USER_TIMEOUT'],
  ['not_sent_lowat', 'TCP_NOTSENT_LOWAT'],
] as const satisfies readonly (readonly [keyof Config['socket'], string])[];
