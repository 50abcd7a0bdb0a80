import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { MIB, sha256OfFile, writeRandomFile } from '../../support/payload.ts';
import { run } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { startSshd } from '../../support/sshd.ts';

describe('ssh through Sluice', () => {
  needs('sshd', 'ssh', 'scp', 'ssh-keygen');

  test('a remote command gets its input, gives its output and tells its exit code', async () => {
    const session = await startSession();
    const payload = join(session.directory, 'input');
    const hash = writeRandomFile(payload, 5 * MIB);
    const command = 'sha256sum; echo trouble >&2; exit 7';
    const args = [...session.options, '-p', session.port, session.destination, command];
    const ssh = await run(program('ssh'), args, { input: readFileSync(payload), code: 7 });
    expect(ssh.stdout.toString()).toBe(`${hash}  -\n`);
    expect(ssh.stderr.toString()).toContain('trouble');

    const [closed] = await session.sluice.waitForClosed(1);
    // Once the command has ended, both sides close of themselves.
    expect(closed).toMatchObject({
      listener: 'edge',
      reason: expect.stringMatching(/^(client|backend)-fin$/),
    });
    expect(closed?.bytes_up).toBeGreaterThan(5 * MIB);
    await expectCleanEnd(session.sluice);
  });

  test('scp carries 20 MiB there and back without a change', async () => {
    const session = await startSession();
    const [local, remote, back] = ['local', 'remote', 'back'].map((name) => join(session.directory, name));
    const hash = writeRandomFile(local as string, 20 * MIB);
    const scp = [...session.options, '-P', session.port, '-q'];
    await run(program('scp'), [...scp, local as string, `${session.destination}:${remote}`]);
    expect(sha256OfFile(remote as string)).toBe(hash);
    const [up] = await session.sluice.waitForClosed(1);
    await run(program('scp'), [...scp, `${session.destination}:${remote}`, back as string]);
    expect(sha256OfFile(back as string)).toBe(hash);

    const [, down] = await session.sluice.waitForClosed(2);
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

async function startSession(): Promise<Session> {
  const sshd = await startSshd();
  const sluice = await startSluice(forwardConfig({ edge: `127.0.0.1:${sshd.port}` }));
  const to = sluice.address();
  return {
    sluice,
    directory: sshd.directory,
    port: String(to.port),
    destination: sshd.destination(to),
    options: sshd.options(to),
  };
}
