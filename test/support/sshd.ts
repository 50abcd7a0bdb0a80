import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { run, start } from './process.ts';
import { program } from './programs.ts';
import type { HostPort } from './sluice.ts';
import { tempDir } from './temp.ts';

/** sshd started by root refuses to run without it; a package creates it only when its service starts. */
const PRIVILEGE_SEPARATION_DIRECTORY = '/run/sshd';

/** An sshd of the test's own, which takes the one key that was made for it. */
export interface Sshd {
  readonly port: number;
  /** Files of the test may lie here too. */
  readonly directory: string;
  /** `user@host` for a client that comes by way of `to`. */
  destination(to: HostPort): string;
  /** Options of ssh and scp, but the port, for clients that come by way of `to` and are to find this server there. */
  options(to: HostPort): readonly string[];
}

/** Starts sshd on a free port of 127.0.0.1. */
export async function startSshd(): Promise<Sshd> {
  const directory = tempDir();
  const [hostKey, clientKey] = [join(directory, 'host'), join(directory, 'client')];
  for (const key of [hostKey, clientKey]) {
    await run(program('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  }
  writeFileSync(join(directory, 'authorized'), readFileSync(`${clientKey}.pub`), { mode: 0o600 });
  if (userInfo().uid === 0) mkdirSync(PRIVILEGE_SEPARATION_DIRECTORY, { recursive: true, mode: 0o755 });

  const port = await freePort();
  const config = join(directory, 'sshd_config');
  writeFileSync(config, sshdConfig(directory, port));
  const sshd = start(program('sshd'), ['-D', '-e', '-f', config]);
  await sshd.waitForLine(/Server listening on 127\.0\.0\.1/);
  return {
    port,
    directory,
    destination: ({ host }) => `${userInfo().username}@${host}`,
    options: (to) => {
      const known = join(directory, 'known_hosts');
      writeFileSync(known, `[${to.host}]:${to.port} ${readFileSync(`${hostKey}.pub`, 'utf8')}`);
      chmodSync(known, 0o600);
      return ['-F', '/dev/null', '-i', clientKey, ...sshOptions(known)];
    },
  };
}

function sshdConfig(directory: string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(directory, 'host')}`,
    `AuthorizedKeysFile ${join(directory, 'authorized')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}

/** The host key has to be the one that was made for this test: whoever ended TLS or SSH in between would be seen. */
function sshOptions(knownHosts: string): string[] {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
  ];
  return options.flatMap((option) => ['-o', option]);
}
