import { expect, test } from 'vitest';
import { apartNode, sharingNode } from '../../support/sharing-node.ts';
import { launchSluice } from '../../support/sluice.ts';
import { fileWith, relayTo } from './files.ts';

async function check(file: string, node = process.execPath) {
  const child = launchSluice(['check', file], { node });
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

test('check says why one shard accepts where the net plane of this Node cannot share a port, and that threads are left out', async () => {
  const file = fileWith(relayTo(9000, 'workers: 4\nplane: net'));
  const { code, out, err } = await check(file, apartNode());
  expect(code).toBe(0);
  const why = /Node v20\.[\d.]+ cannot share a port among shards \(22\.12 can, and 23\.1 and later\)/;
  expect(out).toMatch(new RegExp(`^ +accept.*shard 0.*${why.source}`, 'm'));
  expect(out).toMatch(new RegExp(`^ +workers +1 \\(.*${why.source}`, 'm'));
  expect(err).toMatch(/^warning: .*:4:10: workers: 4 are asked for, but there will be 1: /);
});

test.each([
  ['the net plane of this Node can share a port', 'net', sharingNode()],
  ['the linux plane serves, on any Node', 'linux', apartNode()],
])('check says that every shard accepts where %s', async (_, plane, node) => {
  const { out, err } = await check(fileWith(relayTo(9000, `workers: 4\nplane: ${plane}`)), node);
  expect(out).toMatch(new RegExp(`^ +plane +${plane} `, 'm'));
  expect(out).toMatch(/^ +accept.*every shard/m);
  expect(out).toMatch(/^ +workers +4 \(as configured\)/m);
  expect(err).toBe('');
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
