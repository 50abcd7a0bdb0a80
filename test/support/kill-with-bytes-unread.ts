import { readFileSync } from 'node:fs';
import type { Child } from './child.ts';
import { eventually } from './eventually.ts';

/** How Linux writes this state in /proc/net/tcp. */
const ESTABLISHED = '01';

/** Where a socket is to be found: the port of its own end, or of the other. */
export type End = { readonly local: number } | { readonly remote: number };

/** Kills a process while bytes that it has not read wait for it, so that the system resets its connection (RFC 1122 4.2.2.13). */
export async function killWithBytesUnread(child: Child, end: End): Promise<void> {
  child.signal('SIGSTOP');
  await eventually(() => hasUnread(end), 'bytes to wait for a process that stands still');
  child.signal('SIGKILL');
}

/** Reads `sl local_address rem_address st tx_queue:rx_queue …` of IPv4, numbers in hex (proc_net_tcp.txt of Linux). */
function hasUnread(end: End): boolean {
  const [column, port] = 'local' in end ? [1, end.local] : [2, end.remote];
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return rows.some((row) => {
    const fields = row.trim().split(/\s+/);
    const [, unread = '0'] = fields[4]?.split(':') ?? [];
    return (
      fields[column]?.endsWith(suffix) === true && fields[3] === ESTABLISHED && Number(`0x${unread}`) > 0
    );
  });
}
