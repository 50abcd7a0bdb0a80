import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { MIB, sha256OfFile, writeRandomFile } from '../../support/payload.ts';
import { freePort, freePortOn } from '../../support/ports.ts';
import { run, start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';
import { waitForPort } from '../../support/wait-for-port.ts';

/** Where the server listens, and where Sluice does: the port for data has the same number on both. */
const SERVER = '127.0.0.1';
const PROXY = '127.0.0.2';

describe('FTP through Sluice', () => {
  needs('vsftpd', 'curl');

  test.each([
    ['EPSV', []],
    ['PASV', ['--disable-epsv', '--no-ftp-skip-pasv-ip']],
  ])('10 MiB go up and come down over a data connection made by %s', async (_name, mode) => {
    const { sluice, directory, url } = await startVsftpd();
    const [local, back] = [join(directory, 'local'), join(directory, 'back')];
    const hash = writeRandomFile(local, 10 * MIB);
    const curl = ['--silent', '--show-error', '--noproxy', '*', ...mode];
    await run(program('curl'), [...curl, '-T', local, url]);
    expect(sha256OfFile(join(directory, 'root', 'files', 'payload'))).toBe(hash);
    // Of two shards one may be heard before the other.
    await sluice.waitForClosed(1, 'data');
    await run(program('curl'), [...curl, '-o', back, url]);
    expect(sha256OfFile(back)).toBe(hash);

    const [up, down] = await sluice.waitForClosed(2, 'data');
    expect(up).toMatchObject({ bytes_up: 10 * MIB, bytes_down: 0, reason: 'client-fin' });
    expect(down).toMatchObject({ bytes_up: 0, bytes_down: 10 * MIB, reason: 'backend-fin' });
    await sluice.waitForClosed(2, 'control');
    await expectCleanEnd(sluice);
  });
});

interface Ftp {
  readonly sluice: Sluice;
  readonly directory: string;
  readonly url: string;
}

async function startVsftpd(): Promise<Ftp> {
  const directory = tempDir();
  for (const name of ['root', 'root/files', 'empty']) mkdirSync(join(directory, name));
  chmodSync(directory, 0o755); // the server reads it as another user
  chmodSync(join(directory, 'root', 'files'), 0o777); // and writes here
  const control = await freePort(SERVER);
  const data = await freePortOn([SERVER, PROXY]);
  const config = join(directory, 'vsftpd.conf');
  writeFileSync(config, vsftpdConfig(directory, control, data), { mode: 0o644 });
  const vsftpd = start(program('vsftpd'), [config]);
  await waitForPort(vsftpd, control);

  const sluice = await startSluice(
    forwardConfig({
      control: { listen: `${PROXY}:0`, to: `${SERVER}:${control}` },
      // The server listens here only between a command and its one connection.
      data: { listen: `${PROXY}:${data}`, to: `${SERVER}:${data}`, health: 'off' },
    }),
  );
  const { host, port } = sluice.address('control');
  return { sluice, directory, url: `ftp://${host}:${port}/files/payload` };
}

/** Anonymous users may store and fetch in one directory. */
function vsftpdConfig(directory: string, control: number, data: number): string {
  const settings = {
    listen: 'YES',
    background: 'NO',
    listen_address: SERVER,
    listen_port: control,
    pasv_address: PROXY,
    pasv_min_port: data,
    pasv_max_port: data,
    anonymous_enable: 'YES',
    local_enable: 'NO',
    anon_root: join(directory, 'root'),
    anon_upload_enable: 'YES',
    anon_world_readable_only: 'NO',
    write_enable: 'YES',
    no_anon_password: 'YES',
    secure_chroot_dir: join(directory, 'empty'),
    allow_writeable_chroot: 'YES',
    run_as_launching_user: userInfo().uid === 0 ? 'NO' : 'YES',
    seccomp_sandbox: 'NO',
    xferlog_enable: 'NO',
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
