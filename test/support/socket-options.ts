import { fileURLToPath } from 'node:url';
import { reports } from './peers.ts';
import { run } from './process.ts';
import { program } from './programs.ts';

const SCRIPT = fileURLToPath(new URL('./peers/socket-options.py', import.meta.url));

/** A connected TCP socket, and its options as getsockopt(2) tells them. */
export interface ConnectedSocket {
  /** Ports of both ends, and the address of the near one. */
  readonly local: number;
  readonly remote: number;
  readonly from: string;
  /** Bytes; twice what was asked for, since the kernel counts its own part in (socket(7)). */
  readonly rcvbuf: number;
  readonly sndbuf: number;
  readonly keepalive: number;
  /** Seconds. */
  readonly keepidle: number;
  readonly nodelay: number;
  /** Milliseconds. */
  readonly user_timeout: number;
  readonly notsent_lowat: number;
  /** Segments that have come, a SYN among them, and those that had bytes. */
  readonly segs_in: number;
  readonly data_segs_in: number;
}

/** All connected TCP sockets of a process. Needs `python3`, and the right to trace the process. */
export async function connectedSockets(pid: number): Promise<readonly ConnectedSocket[]> {
  return reports<ConnectedSocket>(await run(program('python3'), [SCRIPT, String(pid)]));
}
