import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial } from '../../support/tcp.ts';
import { substitute } from './substitute.ts';

const RECIPE = new URL('../../../docs/recipes/many-cores.yaml', import.meta.url);
const TOKEN = 'secret';

describe('the recipe many-cores.yaml', () => {
  test('has a shard for each core, all of them on the one port', async () => {
    const { sluice } = await run();
    const { shards } = (await (await fetch(`${sluice.admin}/v1/status`)).json()) as { shards: unknown[] };
    expect(shards).toHaveLength(availableParallelism());
    expect(listeningSockets(sluice.address('edge').port)).toBe(availableParallelism());
    expect((await sluice.stop()).code).toBe(0);
  });

  test('is read again when it has changed, and connections that are open stay open', async () => {
    const { sluice, file, config } = await run();
    const open = await dial(sluice.address('edge'));
    await echoes(open, 'before');
    replace(file, config.replace(/^.*name: two.*$/m, ''));
    const reloaded = await sluice.waitForLog(({ event }) => event === 'reloaded');
    expect(reloaded).toMatchObject({ backends: { removed: ['app/two'] } });
    await echoes(open, 'after');
    const late = await dial(sluice.address('edge'));
    await echoes(late, 'new');
    for (const socket of [open, late]) socket.end();
    for (const { reason } of await sluice.waitForClosed(2)) expect(reason).toBe('client-fin');
    expect((await sluice.stop()).code).toBe(0);
  });

  test('with a mistake in it changes nothing, and the log says where the mistake is', async () => {
    const { sluice, file, config } = await run();
    replace(file, config.replace('to: app', 'to: ap'));
    const failed = await sluice.waitForLog(({ event }) => event === 'reload.failed');
    expect(failed['message']).toMatch(/listeners\[0\]\.to: there is no pool "ap"/);
    const late = await dial(sluice.address('edge'));
    await echoes(late, 'still');
    late.end();
    await sluice.waitForClosed(1);
    expect((await sluice.stop()).code).toBe(0);
  });

  test('takes a change by PUT from those who have the token alone', async () => {
    const { sluice, config } = await run();
    const body = config.replace('weight: 1,', 'weight: 2,');
    expect((await put(sluice, body, {})).status).toBe(401);
    const answer = await put(sluice, body, { authorization: `Bearer ${TOKEN}` });
    expect(await answer.json()).toMatchObject({ version: 2, diff: { backends: { changed: ['app/one'] } } });
    expect((await sluice.stop()).code).toBe(0);
  });
});

interface Running {
  readonly sluice: Sluice;
  readonly file: string;
  readonly config: string;
}

/** The recipe as it stands but for its addresses, by a node whose shards can share a port. */
async function run(): Promise<Running> {
  const { config, directory } = await substitute(readFileSync(RECIPE, 'utf8'), '');
  const file = join(directory, 'many-cores.yaml');
  writeFileSync(file, config);
  const env = { SLUICE_TOKEN: TOKEN };
  return { sluice: await startSluice(['run', file], { node: sharingNode(), env }), file, config };
}

/** Sockets of whatever process that listen on a TCP port of IPv4, as /proc/net/tcp has them (proc(5)). */
function listeningSockets(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  const columns = rows.map((row) => row.trim().split(/\s+/));
  return columns.filter(([, address, , state]) => address?.endsWith(local) && state === '0A').length;
}

/** Puts another file in the place of this one, as editors do. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function put(sluice: Sluice, body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${sluice.admin}/v1/config`, {
    method: 'PUT',
    body,
    headers: { 'content-type': 'application/yaml', ...headers },
  });
}

/** Says something and hears it come back. */
async function echoes(socket: Socket, says: string): Promise<void> {
  let heard = '';
  socket.write(says);
  while (heard.length < says.length) heard += String((await once(socket, 'data'))[0]);
  expect(heard).toBe(says);
}
