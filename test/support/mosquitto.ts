import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { start } from './process.ts';
import { program } from './programs.ts';
import { tempDir } from './temp.ts';
import { waitForPort } from './wait-for-port.ts';

/** Starts a mosquitto that lets everybody in on a free port of 127.0.0.1, which it resolves with. */
export async function startMosquitto(): Promise<number> {
  const port = await freePort();
  const config = join(tempDir(), 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  const mosquitto = start(program('mosquitto'), ['-c', config]);
  await waitForPort(mosquitto, port);
  return port;
}
