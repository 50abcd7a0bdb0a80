import { freePort } from './ports.ts';
import { start } from './process.ts';
import { program } from './programs.ts';
import { tempDir } from './temp.ts';

/** Starts an empty redis-server on a free port of 127.0.0.1, which it resolves with. */
export async function startRedis(): Promise<number> {
  const port = await freePort();
  const redis = start(program('redis-server'), [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', tempDir()],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  ]);
  await redis.waitForLine(/Ready to accept connections/);
  return port;
}
