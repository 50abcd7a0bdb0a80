import { expect, test } from 'vitest';
import { launchSluice } from '../../support/sluice.ts';
import { fileWith, relayTo } from './files.ts';

async function check(file: string) {
  const child = launchSluice(['check', file]);
  const { code } = await child.ended;
  return { code, out: child.stdout.toString(), err: child.stderr.toString() };
}

test('check prints what a file means, says nothing else and starts nothing', async () => {
  const { code, out, err } = await check(fileWith(relayTo(9000)));
  expect(out).toMatch(/^listener edge\n/);
  expect(out).toContain('\npool web\n');
  expect(out).toContain('127.0.0.1:9000');
  expect(out).not.toContain('"event"');
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test('check tells mistakes with their places on standard error and ends with exit code 2', async () => {
  const file = fileWith(
    'listeners:\n  - { name: edge, lisen: ":80", to: web }\npools: { web: { backends: [a:1] } }\n',
  );
  const { code, out, err } = await check(file);
  expect(err.split('\n')).toContain(`${file}:2:19: listeners[0].lisen: unknown key; did you mean "listen"?`);
  expect(err.endsWith('hint: mend the places listed; nothing was started\n')).toBe(true);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test('run refuses the same file in the same words', async () => {
  const file = fileWith('listeners: []\n');
  const child = launchSluice(['run', file]);
  const { code } = await child.ended;
  expect({ code, err: child.stderr.toString() }).toMatchObject(
    await check(file).then(({ code, err }) => ({ code, err })),
  );
  expect(code).toBe(2);
});

test('a file that is not there is told without a stack', async () => {
  const { code, err } = await check('/nowhere/proxy.yaml');
  expect(err).toBe(
    'sluice: /nowhere/proxy.yaml: there is no such file (ENOENT)\nhint: name a readable YAML file\n',
  );
  expect(code).toBe(2);
});
