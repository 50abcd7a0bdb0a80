import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { echo, greet } from '../../support/greeter.ts';
import { PLACEMENTS, type Placement } from '../../support/placements.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { type Heard, hear, serve } from '../../support/tcp.ts';

const HOST = fileURLToPath(new URL('../../support/peers/failing-host.mjs', import.meta.url));
const FAIL_ON_REQUEST = new URL('../../support/peers/fail-on-request.mjs', import.meta.url).href;
const CLIENTS = 20;

function config(backend: number, { workers }: Placement, drain: string): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${backend}], health: off } }
timeouts: { hang: never, drain: ${drain}, linger: 100ms }
workers: ${workers}
admin: { listen: 127.0.0.1:0 }
`;
}

/** A backend that greets and echoes, and how each of its connections ends. */
async function watchedBackend() {
  const ends: Promise<Heard>[] = [];
  const { port } = await serve((socket) => {
    ends.push(hear(socket));
    socket.write('a');
    socket.pipe(socket);
  });
  return { port, ends };
}

async function clients(sluice: Sluice, count: number): Promise<Promise<Heard>[]> {
  const heard: Promise<Heard>[] = [];
  for (let i = 0; i < count; i++) {
    const { socket } = await greet(sluice.address());
    heard.push(hear(socket));
  }
  return heard;
}

async function endsOf(heard: readonly Promise<Heard>[]): Promise<string[]> {
  return [...new Set((await Promise.all(heard)).map(({ end }) => end))];
}

describe.each(PLACEMENTS.filter(({ workers }) => workers > 0))(
  'process.exit with live connections, shards $where',
  (placement) => {
    test('both peers of every connection see a reset, and the exit code is that of the caller', async () => {
      const backend = await watchedBackend();
      const sluice = await startSluice(config(backend.port, placement, '30s'), {
        main: HOST,
        node: placement.node(),
      });
      const heard = await clients(sluice, CLIENTS);
      sluice.child.write('quit 3\n');
      expect(await endsOf(heard)).toEqual(['ECONNRESET']);
      expect(await endsOf(backend.ends)).toEqual(['ECONNRESET']);
      expect(backend.ends).toHaveLength(CLIENTS);
      expect(await sluice.child.ended).toEqual({ code: 3, signal: null });
    });
  },
);

describe('a stop while a shard hangs that nobody watches (timeouts.hang: never)', () => {
  const placement: Placement = { where: '', workers: 2, node: sharingNode };

  /** The program, with connections on both shards, the first of which hangs. */
  async function halfHanging(drain: string) {
    const backend = await watchedBackend();
    const sluice = await startSluice(config(backend.port, placement, drain), {
      node: placement.node(),
      nodeArgs: ['--import', FAIL_ON_REQUEST],
    });
    const heard = await clients(sluice, CLIENTS);
    const early = await onShards(sluice);
    expect(
      early.map(({ connections }) => connections > 0),
      'both shards have clients',
    ).toEqual([true, true]);
    sluice.child.write('hang 0\n');
    await eventually(async () => !(await allEcho(sluice)), 'the shard to hang');
    return { backend, sluice, heard };
  }

  test('SIGTERM: what is left is cut when the drain time has passed, also there, and the process ends with 0', async () => {
    const { sluice, heard, backend } = await halfHanging('100ms');
    sluice.signal('SIGTERM');
    expect(await sluice.child.ended).toEqual({ code: 0, signal: null });
    expect(await endsOf(heard), 'a stream that is cut never looks finished').toEqual(['ECONNRESET']);
    expect(await endsOf(backend.ends)).toEqual(['ECONNRESET']);
  });

  test('a second SIGTERM: the process ends long before the drain is over, with 0', async () => {
    const { sluice, heard, backend } = await halfHanging('1h');
    sluice.signal('SIGTERM');
    await sluice.waitForEvent('draining');
    sluice.signal('SIGTERM');
    expect(await sluice.child.ended).toEqual({ code: 0, signal: null });
    expect(await endsOf(heard), 'a stream that is cut never looks finished').toEqual(['ECONNRESET']);
    expect(await endsOf(backend.ends)).toEqual(['ECONNRESET']);
  });

  async function onShards(sluice: Sluice): Promise<readonly { readonly connections: number }[]> {
    const response = await fetch(`${sluice.admin}/v1/status`);
    return ((await response.json()) as { shards: { connections: number }[] }).shards;
  }

  /** Whether new clients of all shards are served; those of a shard that hangs wait in its queue. */
  async function allEcho(sluice: Sluice): Promise<boolean> {
    const tries = Array.from({ length: 8 }, async () => echo((await greet(sluice.address())).socket, 'x'));
    const late = new Promise<false>((resolve) => void setTimeout(resolve, 500, false));
    return Promise.race([Promise.all(tries).then(() => true), late]);
  }
});
