import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { MIB, sha256OfFile, writeRandomFile } from '../../support/payload.ts';
import { freePort } from '../../support/ports.ts';
import { run, start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

/** sshd started by root refuses to run without it; a package creates it only when its service starts. */
const PRIVILEGE_SEPARATION_DIRECTORY = '/run/sshd';

describe('ssh through Sluice', () => {
  needs('sshd', 'ssh', 'scp', 'ssh-keygen');

  test('a remote command gets its input, gives its output and tells its exit code', async () => {
    const session = await startSshd();
    const payload = join(session.directory, 'input');
    const hash = writeRandomFile(payload, 5 * MIB);
    const command = 'sha256sum; echo trouble >&2; exit 7';
    const args = [...session.options, '-p', session.port, session.destination, command];
    const ssh = await run(program('ssh'), args, { input: readFileSync(payload), code: 7 });
    expect(ssh.stdout.toString()).toBe(`${hash}  -\n`);
    expect(ssh.stderr.toString()).toContain('trouble');

    const [closed] = await session.sluice.waitForClosed(1);
    expect(closed).toMatchObject({ listener: 'edge', reason: 'client-fin' });
    expect(closed?.bytes_up).toBeGreaterThan(5 * MIB);
    await expectCleanEnd(session.sluice);
  });

  test('scp carries 20 MiB there and back without a change', async () => {
    const session = await startSshd();
    const [local, remote, back] = ['local', 'remote', 'back'].map((name) => join(session.directory, name));
    const hash = writeRandomFile(local as string, 20 * MIB);
    const scp = [...session.options, '-P', session.port, '-q'];
    await run(program('scp'), [...scp, local as string, `${session.destination}:${remote}`]);
    expect(sha256OfFile(remote as string)).toBe(hash);
    await run(program('scp'), [...scp, `${session.destination}:${remote}`, back as string]);
    expect(sha256OfFile(back as string)).toBe(hash);

    const [up, down] = await session.sluice.waitForClosed(2);
    expect(up?.bytes_up).toBeGreaterThan(20 * MIB);
    expect(down?.bytes_down).toBeGreaterThan(20 * MIB);
    await expectCleanEnd(session.sluice);
  });
});

interface Session {
  readonly sluice: Sluice;
  readonly directory: string;
  readonly port: string;
  readonly destination: string;
  readonly options: readonly string[];
}

async function startSshd(): Promise<Session> {
  const directory = tempDir();
  const [hostKey, clientKey] = [join(directory, 'host'), join(directory, 'client')];
  for (const key of [hostKey, clientKey]) {
    await run(program('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  }
  writeFileSync(join(directory, 'authorized'), readFileSync(`${clientKey}.pub`), { mode: 0o600 });
  if (userInfo().uid === 0) mkdirSync(PRIVILEGE_SEPARATION_DIRECTORY, { recursive: true, mode: 0o755 });

  const backend = await freePort();
  const config = join(directory, 'sshd_config');
  writeFileSync(config, sshdConfig(directory, backend));
  const sshd = start(program('sshd'), ['-D', '-e', '-f', config]);
  await sshd.waitForLine(/Server listening on 127\.0\.0\.1/);

  const sluice = await startSluice(forwardConfig({ edge: `127.0.0.1:${backend}` }));
  const { host, port } = sluice.address();
  const known = join(directory, 'known_hosts');
  writeFileSync(known, `[${host}]:${port} ${readFileSync(`${hostKey}.pub`, 'utf8')}`);
  chmodSync(known, 0o600);
  return {
    sluice,
    directory,
    port: String(port),
    destination: `${userInfo().username}@${host}`,
    options: ['-F', '/dev/null', '-i', clientKey, ...sshOptions(known)],
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
