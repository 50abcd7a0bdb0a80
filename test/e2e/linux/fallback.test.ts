import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { greeter, greetings } from '../../support/greeter.ts';
import { launchSluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** What the linux plane calls the system by: the optional package and its binaries. */
const OPTIONAL = ['koffi', '@koromix'];
const WHY =
  /node:net of Node v[\d.]+ serves TCP on linux; the linux plane cannot be used: .*koffi cannot be loaded: Cannot find module 'koffi'/;

function config(port: number): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
workers: 1
`;
}

test('where koffi is not installed, check says that net serves and why, and run serves', async () => {
  const main = withoutOptional();
  const { port } = await greeter('a');
  const file = join(tempDir(), 'proxy.yaml');
  writeFileSync(file, config(port));
  const check = launchSluice(['check', file], { main });
  const { code } = await check.ended;
  expect({ code, err: check.stderr.toString() }).toEqual({ code: 0, err: '' });
  expect(check.stdout.toString()).toMatch(new RegExp(`^ +plane +net.*${WHY.source}`, 'm'));

  const sluice = await startSluice(config(port), { main });
  expect(await greetings(sluice.address(), 4)).toEqual(['a', 'a', 'a', 'a']);
  const closed = await sluice.waitForClosed(4);
  expect(closed.map((line) => [line.reason, line['tcp']])).toEqual(Array(4).fill(['client-fin', null]));
  expect((await sluice.stop()).code).toBe(0);
});

test('the same installation with koffi is served by linux', async () => {
  const { port } = await greeter('a');
  const file = join(tempDir(), 'proxy.yaml');
  writeFileSync(file, config(port));
  const check = launchSluice(['check', file]);
  expect((await check.ended).code).toBe(0);
  expect(check.stdout.toString()).toMatch(/^ +plane +linux.*epoll serves TCP, through .* by koffi/m);
});

/** The program of an installation to which all packages belong but the optional ones. */
function withoutOptional(): string {
  const root = tempDir();
  cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (OPTIONAL.includes(name) || name.startsWith('.')) continue;
    symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));
  }
  return join(root, 'dist', 'src', 'cli', 'main.js');
}
