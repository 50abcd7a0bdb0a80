import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, WAIT_MS } from './child.ts';

const RETRY_MS = 20;
/** How Linux writes the state LISTEN in /proc/net/tcp. */
const LISTEN = '0A';

/**
 * Resolves when a process listens on the TCP port, on any address. Rejects, with its output, when `child` ends before
 * that, or when `timeoutMs` pass. For programs that do not say when they are ready; they see no connection from it.
 */
export async function waitForPort(child: Child, port: number, timeoutMs = WAIT_MS): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isListening(port)) {
    if (child.exit !== null) throw new Error(`it ended before it listened on port ${port}\n${child.output}`);
    if (performance.now() > deadline) {
      throw new Error(`nothing listened on port ${port} for ${timeoutMs} ms\n${child.output}`);
    }
    await delay(RETRY_MS);
  }
}

/** Reads `sl local_address rem_address st …`, with the port as four hex digits after the address. */
function isListening(port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) =>
    readTable(table).some(([, local, , state]) => local?.endsWith(suffix) && state === LISTEN),
  );
}

function readTable(path: string): string[][] {
  try {
    const rows = readFileSync(path, 'utf8').trim().split('\n').slice(1);
    return rows.map((row) => row.trim().split(/\s+/));
  } catch {
    return []; // a kernel without IPv6 has no table for it
  }
}
