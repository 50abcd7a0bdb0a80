import type { SocketOptions } from './ports.ts';

/** Small writes at once, no keepalive, and everything else as the system has it. */
export const PLAIN_SOCKET: SocketOptions = {
  noDelay: true,
  keepaliveMs: 0,
  receiveBuffer: 0,
  sendBuffer: 0,
  userTimeoutMs: 0,
  notSentLowat: 0,
};
