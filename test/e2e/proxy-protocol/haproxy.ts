import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from '../../support/child.ts';
import { start } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { tempDir } from '../../support/temp.ts';
import { waitForPort } from '../../support/wait-for-port.ts';

/** Starts HAProxy with these sections behind `defaults`, and waits until it listens on `port`. */
export async function startHaproxy(port: number, sections: string): Promise<Child> {
  const file = join(tempDir(), 'haproxy.cfg');
  writeFileSync(
    file,
    `
global
  log stdout format raw local0
defaults
  mode tcp
  log global
  timeout connect 10s
  timeout client 10s
  timeout server 10s
${sections}
`,
  );
  const haproxy = start(program('haproxy'), ['-db', '-f', file]);
  await waitForPort(haproxy, port);
  return haproxy;
}
