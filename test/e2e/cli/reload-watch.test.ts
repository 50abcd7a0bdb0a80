import { mkdirSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { greeter, greetings } from '../../support/greeter.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';
import { fileWith } from './files.ts';

function config(backend: number): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [127.0.0.1:${backend}] } }
workers: 1
reload: watch
`;
}

async function twoBackends(): Promise<{ a: number; b: number }> {
  const [a, b] = await Promise.all([greeter('a'), greeter('b')]);
  return { a: a.port, b: b.port };
}

/** Expects that the next reload, number `count`, sends clients to this greeter. */
async function leadsTo(sluice: Sluice, name: string, count: number): Promise<void> {
  await sluice.waitForEvent('reloaded', count);
  expect(await greetings(sluice.address(), 2)).toEqual([name, name]);
}

describe('reload: watch, without a signal', () => {
  test('a file that is written anew is obeyed, each time', async () => {
    const { a, b } = await twoBackends();
    const file = fileWith(config(a));
    const sluice = await startSluice(['run', file]);
    writeFileSync(file, config(b));
    await leadsTo(sluice, 'b', 1);
    writeFileSync(file, config(a));
    await leadsTo(sluice, 'a', 2);
  });

  test('a file that is put in its place by a rename is obeyed, each time', async () => {
    const { a, b } = await twoBackends();
    const file = fileWith(config(a));
    const sluice = await startSluice(['run', file]);
    for (const [turn, [name, port]] of Object.entries({ b, a }).entries()) {
      writeFileSync(`${file}.new`, config(port));
      renameSync(`${file}.new`, file);
      await leadsTo(sluice, name, turn + 1);
    }
  });

  test('a symbolic link that is turned over to another folder, as Kubernetes does it, is obeyed', async () => {
    const { a, b } = await twoBackends();
    const folder = tempDir();
    for (const [version, port] of Object.entries({ first: a, second: b })) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'proxy.yaml'), config(port));
    }
    const data = join(folder, '..data');
    const file = join(folder, 'proxy.yaml');
    symlinkSync('first', data);
    symlinkSync(join('..data', 'proxy.yaml'), file);
    const sluice = await startSluice(['run', file]);
    for (const [turn, [version, name]] of Object.entries({ second: 'b', first: 'a' }).entries()) {
      symlinkSync(version, `${data}_tmp`);
      renameSync(`${data}_tmp`, data);
      expect(readlinkSync(file), 'the file itself is the same link').toBe(join('..data', 'proxy.yaml'));
      await leadsTo(sluice, name, turn + 1);
    }
  });

  test('a mistake is told once and changes nothing; the mended file is obeyed', async () => {
    const { a, b } = await twoBackends();
    const file = fileWith(config(a));
    const sluice = await startSluice(['run', file]);
    writeFileSync(file, config(b).replace('listen:', 'lisen:'));
    expect(String((await sluice.waitForEvent('reload.failed'))['message'])).toContain(`${file}:2:`);
    expect(await greetings(sluice.address(), 2)).toEqual(['a', 'a']);
    writeFileSync(file, config(b));
    await leadsTo(sluice, 'b', 1);
    expect(sluice.logs.filter(({ event }) => event === 'reload.failed')).toHaveLength(1);
  });

  test('what the file says now is no news after a SIGHUP, and a SIGHUP is still obeyed', async () => {
    const { a, b } = await twoBackends();
    const file = fileWith(config(a));
    const sluice = await startSluice(['run', file]);
    writeFileSync(file, config(b));
    sluice.signal('SIGHUP');
    await leadsTo(sluice, 'b', 1);
    writeFileSync(file, config(a));
    await leadsTo(sluice, 'a', 2);
    expect(sluice.logs.filter(({ event }) => event === 'reloaded')).toHaveLength(2);
  });
});
