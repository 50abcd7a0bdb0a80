import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { echo, greet, greeter, greetings } from '../../support/greeter.ts';
import { PLACEMENTS, type Placement } from '../../support/placements.ts';
import { freePort } from '../../support/ports.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type HostPort, type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear } from '../../support/tcp.ts';
import { fileWith } from '../cli/files.ts';

function config(
  listeners: readonly string[],
  backend: number,
  { workers }: Placement,
  drain = '10m',
): string {
  return `
listeners:
${listeners.map((listener) => `  - { ${listener}, to: web }`).join('\n')}
pools: { web: { backends: [127.0.0.1:${backend}] } }
timeouts: { drain: ${drain}, queue: 10m }
workers: ${workers}
admin: { listen: 127.0.0.1:0 }
`;
}

/** Runs with these listeners; `reload` puts others in force and returns what the log says of it. */
async function running(placement: Placement, listeners: readonly string[]) {
  const { port: backend } = await greeter('a');
  const file = fileWith(config(listeners, backend, placement));
  const sluice = await startSluice(['run', file], { node: placement.node() });
  let turn = 0;
  const reload = (next: readonly string[], drain?: string) => {
    writeFileSync(file, config(next, backend, placement, drain));
    sluice.signal('SIGHUP');
    return sluice.waitForEvent('reloaded', ++turn);
  };
  return { sluice, reload };
}

/** How often the address is tried that must be closed: as often as there are shards that could have left a socket open. */
const REFUSALS = 8;

async function expectRefused(to: HostPort): Promise<void> {
  for (let i = 0; i < REFUSALS; i++) await expect(dial(to)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
}

async function statusOf(sluice: Sluice) {
  const response = await fetch(`${sluice.admin}/v1/status`);
  return (await response.json()) as {
    readonly listeners: readonly {
      readonly name: string;
      readonly retired: boolean;
      readonly address: string;
    }[];
  };
}

const EDGE = 'name: edge, listen: 127.0.0.1:0';
const SIDE = 'name: side, listen: 127.0.0.1:0';

describe.each(PLACEMENTS)('a listener that a reload takes away, shards $where', (placement) => {
  test('accepts nobody once the reload is told; its open connection goes on and finishes cleanly', async () => {
    const { sluice, reload } = await running(placement, [EDGE, SIDE]);
    const { socket } = await greet(sluice.address('side'));
    expect(await reload([EDGE])).toMatchObject({ listeners: { removed: ['side'] } });
    await expectRefused(sluice.address('side'));
    expect(await greetings(sluice.address('edge'), 2)).toEqual(['a', 'a']);
    expect((await statusOf(sluice)).listeners).toMatchObject([
      { name: 'edge', retired: false },
      { name: 'side', retired: true },
    ]);
    expect(await echo(socket, 'going on')).toBe('going on');
    const heard = hear(socket);
    socket.end('the end');
    expect(await heard).toMatchObject({ bytes: 7, end: 'fin' });
    expect(await sluice.waitForClosed(1, 'side')).toMatchObject([
      { reason: 'client-fin', bytes_up: 15, bytes_down: 16 },
    ]);
  });

  test('connections that stay longer than timeouts.drain are cut by RST, those of other listeners are not', async () => {
    const { sluice, reload } = await running(placement, [EDGE, SIDE]);
    const staying = await greet(sluice.address('side'));
    const other = await greet(sluice.address('edge'));
    const heard = hear(staying.socket);
    await reload([EDGE], '300ms');
    expect(await heard).toMatchObject({ end: 'ECONNRESET' });
    expect(await sluice.waitForClosed(1, 'side')).toMatchObject([
      { reason: 'drain-timeout', bytes_down: 1, connection: expect.any(String) },
    ]);
    expect(await echo(other.socket, 'untouched')).toBe('untouched');
    expect(sluice.closedLogs('edge')).toEqual([]);
  });

  test('comes back with the next reload: its address accepts again and who stayed is not cut', async () => {
    const port = await freePort();
    const back = `name: side, listen: 127.0.0.1:${port}`;
    const { sluice, reload } = await running(placement, [EDGE, back]);
    const { socket } = await greet(sluice.address('side'));
    for (let turn = 0; turn < 3; turn++) {
      await reload([EDGE]);
      await expectRefused(sluice.address('side'));
      await reload([EDGE, back]);
      expect(await greetings(sluice.address('side'), 2)).toEqual(['a', 'a']);
    }
    expect(await echo(socket, 'still here')).toBe('still here');
  });
});

describe.each(PLACEMENTS)('a listener whose address moves, shards $where', (placement) => {
  test('accepts at the new address and no more at the old; its open connection stays, past timeouts.drain', async () => {
    const { sluice, reload } = await running(placement, [EDGE, SIDE]);
    const { socket } = await greet(sluice.address('edge'));
    const leaving = await greet(sluice.address('side'));
    const cut = hear(leaving.socket);
    const port = await freePort();
    await reload([`name: edge, listen: 127.0.0.1:${port}`], '300ms');
    await expectRefused(sluice.address('edge'));
    expect(await greetings({ host: '127.0.0.1', port }, 4)).toEqual(['a', 'a', 'a', 'a']);
    const now = (await statusOf(sluice)).listeners.find(({ name }) => name === 'edge');
    expect(now).toMatchObject({ retired: false, address: `127.0.0.1:${port}` });
    expect(await cut, 'the drain time of what was taken away has passed').toMatchObject({
      end: 'ECONNRESET',
    });
    expect(await echo(socket, 'still here')).toBe('still here');
  });
});

describe.each(PLACEMENTS)('a listener that is renamed in its place, shards $where', (placement) => {
  const LIMITED = 'limits: { connections: 1, on_limit: wait }';

  test('keeps who waits for a place: it gets one when there is one', async () => {
    const port = await freePort();
    const at = `listen: 127.0.0.1:${port}`;
    const { sluice, reload } = await running(placement, [`name: old, ${at}, ${LIMITED}`]);
    const first = await greet({ host: '127.0.0.1', port });
    const waiting = greet({ host: '127.0.0.1', port });
    await eventually(async () => {
      const { listeners } = await statusOf(sluice);
      return JSON.stringify(listeners).includes('"accepting":1');
    }, 'the second client to wait');
    expect(await reload([`name: new, ${at}, ${LIMITED}`])).toMatchObject({
      listeners: { added: ['new'], removed: ['old'] },
    });
    first.socket.end();
    const { socket, by } = await waiting;
    expect(by).toBe('a');
    const heard = hear(socket);
    socket.end();
    expect(await heard).toMatchObject({ end: 'fin' });
    expect(await greetings({ host: '127.0.0.1', port }, 2)).toEqual(['a', 'a']);
    const closed = await sluice.waitForClosed(4);
    expect(closed.filter(({ reason }) => reason !== 'client-fin')).toEqual([]);
  });

  test('clients in the queue of its socket are served, whatever it is called when they are accepted', async () => {
    const port = await freePort();
    const at = `listen: 127.0.0.1:${port}`;
    const { sluice, reload } = await running(placement, [`name: old, ${at}`]);
    sluice.signal('SIGSTOP');
    const queued = await Promise.all(Array.from({ length: QUEUED }, () => dial({ host: '127.0.0.1', port })));
    const heard = queued.map((socket) => hear(socket));
    const reloaded = reload([`name: new, ${at}`]);
    sluice.signal('SIGCONT');
    await reloaded;
    for (const socket of queued) socket.end('x');
    const ends = await Promise.all(heard);
    expect(ends.filter(({ end, bytes }) => end !== 'fin' || bytes !== 2)).toEqual([]);
    const closed = await sluice.waitForClosed(QUEUED);
    expect(closed.filter(({ reason }) => reason !== 'client-fin')).toEqual([]);
  });
});

/** As many as wait while the process is stopped. */
const QUEUED = 40;

test('a listener that is added accepts on every shard', async () => {
  const placement: Placement = { where: '', workers: 4, node: sharingNode };
  const { sluice, reload } = await running(placement, [EDGE]);
  const port = await freePort();
  await reload([EDGE, `name: late, listen: 127.0.0.1:${port}`]);
  const shards = new Set<string>();
  let served = 0;
  await eventually(async () => {
    served += (await greetings({ host: '127.0.0.1', port }, 8)).length;
    for (const { connection } of await sluice.waitForClosed(served, 'late'))
      shards.add(connection.slice(0, 2));
    return shards.size === 4;
  }, 'each shard to have served somebody');
  expect([...shards].sort()).toEqual(['00', '01', '02', '03']);
});
