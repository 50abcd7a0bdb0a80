import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { sha256 } from '../../support/payload.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { expectFaultless, type Followed, fieldsOf, followAll } from './tshark.ts';

const CONNECTIONS = 100;

describe('pcapng files, read by tshark', () => {
  needs('tshark');

  test.each(['127.0.0.1', '[::1]'])(
    'a hundred connections at once to %s, in one file: each stream is exactly what was sent',
    async (host) => {
      const { sluice, files } = await startTee(
        host,
        'file: "DIR/{listener}.pcapng", format: pcapng, per: listener',
        echo,
      );
      const sent = new Map<string, string>();
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async (_, number) => {
          const client = await dial(sluice.address());
          const heard = hear(client);
          const bytes = randomBytes(1 + number * 997);
          sent.set(`${client.localAddress}:${client.localPort}`, sha256(bytes));
          await write(client, bytes.subarray(0, number * 500));
          client.end(bytes.subarray(number * 500));
          expect(await heard).toMatchObject({ sha256: sha256(bytes), end: 'fin' });
        }),
      );
      await sluice.waitForClosed(CONNECTIONS);
      await sluice.stop();
      const [file, ...more] = files();
      expect(more).toEqual([]);
      await expectFaultless(file!);
      const all = await followAll(file!);
      expect(all).toHaveLength(2 * CONNECTIONS);
      // By where they go to: a port that a client has may be one of Sluice's own towards the backend, too.
      const isClient = ({ answerer }: Followed) => answerer === `${host}:${sluice.address().port}`;
      const clients = all.filter(isClient);
      expect(clients).toHaveLength(CONNECTIONS);
      for (const { opener, sent: up, received } of clients)
        expect([up.sha256, received.sha256]).toEqual([sent.get(plain(opener)), sent.get(plain(opener))]);
      const backends = all.filter((one) => !isClient(one));
      expect(backends.map(({ sent: up }) => up.sha256).sort()).toEqual([...sent.values()].sort());
      expect(backends.map(({ received }) => received.sha256).sort()).toEqual([...sent.values()].sort());
      expect(await fieldsOf(file!, 'tcp.flags.reset == 1', 'frame.number')).toEqual([]);
      expect(await fieldsOf(file!, 'tcp.flags.fin == 1', 'frame.number')).toHaveLength(4 * CONNECTIONS);
    },
  );

  test('a file for each connection has its FIN and RST where they were, and says whose it is', async () => {
    const sockets: Socket[] = [];
    const { sluice, files, port } = await startTee(
      '127.0.0.1',
      'file: "DIR/{connection}.pcapng", format: pcapng',
      (socket) => void sockets.push(socket.resume()),
    );
    const client = await dial(sluice.address());
    await write(client, randomBytes(300_000));
    await eventually(() => sockets[0]?.bytesRead === 300_000, 'the bytes to arrive');
    const [near, far, edge] = [client.localPort, sockets[0]?.remotePort, sluice.address().port].map(String);
    client.end();
    await eventually(() => sockets[0]?.readableEnded === true, 'the FIN to arrive');
    await write(sockets[0]!, Buffer.from('goodbye'));
    await eventually(() => client.bytesRead === 7 || client.resume() === null, 'the answer to arrive');
    sockets[0]!.resetAndDestroy();
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'backend-reset' });
    await sluice.stop();
    const [file] = files();
    await expectFaultless(file!);
    expect(file).toContain(log!.connection);
    const ends = await fieldsOf(
      file!,
      'tcp.flags.fin == 1 or tcp.flags.reset == 1',
      'tcp.srcport',
      'tcp.dstport',
      'tcp.flags.str',
    );
    expect(ends.map(([from, to, flags]) => [from, to, flags?.replaceAll('·', '')])).toEqual([
      [near, edge, 'AF'],
      [far, String(port), 'AF'],
      [String(port), far, 'AR'],
      [edge, near, 'AR'],
    ]);
    const comments = (await fieldsOf(file!, 'frame.comment', 'frame.comment')).flat().join('\n');
    expect(comments).toContain(`connection ${log!.connection}`);
    expect(comments).toContain(`trace ${log!.trace_id}`);
    expect(comments).toContain('listener edge');
    expect(await fieldsOf(file!, 'frame.number == 1', 'frame.interface_name')).toEqual([['client']]);
  });

  test('rotated files are each without fault, and together have every byte', async () => {
    const options = 'file: "DIR/{connection}.pcapng", format: pcapng, rotate: { size: 1MiB }';
    const { sluice, files } = await startTee('127.0.0.1', options, echo);
    const client = await dial(sluice.address());
    const heard = hear(client);
    const bytes = randomBytes(1_000_000);
    client.end(bytes);
    await heard;
    await sluice.waitForClosed(1);
    await sluice.stop();
    expect(files().length).toBeGreaterThan(3);
    let received = 0;
    for (const file of files()) {
      await expectFaultless(file);
      for (const { sent, received: back } of await followAll(file)) received += sent.bytes + back.bytes;
    }
    expect(received).toBe(4 * bytes.length);
  });
});

function echo(socket: Socket): void {
  socket.pipe(socket);
}

async function startTee(
  host: string,
  tee: string,
  backend: (socket: Socket) => void,
): Promise<{ sluice: Sluice; files: () => string[]; port: number }> {
  const directory = tempDir();
  const { port } = await serve(backend);
  const sluice = await startSluice(`
workers: 1
listeners:
  - name: edge
    listen: "${host}:0"
    to: only
    stages: [ { tee: { ${tee.replace('DIR', directory)} } } ]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }`);
  return { sluice, port, files: () => readdirSync(directory).map((name) => join(directory, name)) };
}

/** Node writes no brackets around an address. */
function plain(end: string): string {
  return end.replace(/^\[(.*)\]:/, '$1:');
}
