import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { MIB, sha256 } from '../../support/payload.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, type Heard, hear, serve, write } from '../../support/tcp.ts';

/** More than any buffer on the way. */
const BYTES = 64 * MIB;

interface Ends {
  readonly sluice: Sluice;
  readonly client: Socket;
  readonly backend: Socket;
  /** In the order in which they came. */
  readonly mirrors: Socket[];
}

describe.each(['linux', 'net'] as const)('on the %s plane', (plane) => {
  test('copies of both directions are whole to the byte, and no descriptor is left', async () => {
    const up = randomBytes(BYTES);
    const down = randomBytes(BYTES / 2);
    const copies: Promise<Heard>[] = [];
    const ends = await start(plane, 'direction: both, buffer: 64MiB', (mirror) => {
      copies.push(hear(mirror).finally(() => mirror.end()));
    });
    const { sluice, client, backend } = ends;
    await eventually(() => copies.length === 2, 'both mirrors to be reached');
    const descriptors = sluice.fdCount();
    const heard = [hear(backend), hear(client)];
    await Promise.all([write(client, up), write(backend, down)]);
    client.end();
    backend.end();
    const whole = [
      { bytes: up.length, sha256: sha256(up), end: 'fin' },
      { bytes: down.length, sha256: sha256(down), end: 'fin' },
    ];
    expect(await Promise.all(heard)).toEqual(whole);
    expect((await Promise.all(copies)).toSorted((one, other) => other.bytes - one.bytes)).toEqual(whole);
    await sluice.waitForClosed(1);
    const metrics = await sluice.scrape();
    expect(metrics.sum('sluice_mirror_bytes_total')).toBe(up.length + down.length);
    expect(metrics.sum('sluice_mirror_dropped_total')).toBe(0);
    await eventually(
      async () => (await sluice.scrape()).sum('sluice_mirror_connections') === 0,
      'no mirror to be left',
    );
    await eventually(() => sluice.fdCount() <= descriptors - 4, 'all four sockets to be closed');
  });

  test('a RST of the client reaches the mirror as one', async () => {
    const copies: Promise<Heard>[] = [];
    const hearing = (mirror: Socket): void => void copies.push(hear(mirror));
    const { client, backend, mirrors } = await start(plane, '', hearing);
    await eventually(() => copies.length === 1, 'the mirror to be reached');
    void hear(backend);
    await write(client, randomBytes(1000));
    await eventually(() => backend.bytesRead === 1000, 'the backend to have everything');
    // Node takes a RST right behind data for a FIN.
    await eventually(() => mirrors[0]?.bytesRead === 1000, 'the mirror to have everything');
    client.resetAndDestroy();
    expect((await Promise.all(copies))[0]).toMatchObject({ end: 'ECONNRESET' });
  });

  test.each(['drop_connection', 'drop_bytes', 'detach'])(
    'a mirror that never reads holds up nobody, and no memory beyond its buffer, with %s',
    async (onFull) => {
      const bytes = randomBytes(BYTES);
      const { sluice, client, backend, mirrors } = await start(
        plane,
        `on_full: ${onFull}, buffer: 1MiB`,
        (mirror) => {
          mirror.pause();
        },
      );
      await eventually(() => mirrors.length === 1, 'the mirror to be reached');
      const before = sluice.rssBytes();
      const heard = hear(backend);
      await write(client, bytes);
      client.end();
      expect(await heard).toEqual({ bytes: BYTES, sha256: sha256(bytes), end: 'fin' });
      const metrics = await sluice.scrape();
      expect(metrics.sum('sluice_mirror_waiting')).toBeLessThanOrEqual(MIB);
      expect(metrics.sum('sluice_mirror_dropped_total')).toBeGreaterThan(BYTES / 2);
      expect(metrics.sum('sluice_stage_failures_total', { stage: 'mirror' })).toBe(1);
      expect(sluice.rssBytes() - before).toBeLessThan(BYTES);
      backend.end();
      expect((await sluice.waitForClosed(1))[0]).toMatchObject({ reason: 'client-fin', bytes_up: BYTES });
    },
  );

  test('an answer that differs is told with its place', async () => {
    const { sluice, client, backend } = await start(plane, 'diff: first_difference', (mirror) => {
      mirror.on('data', () => mirror.end('HTTP/1.1 500 Oops\r\n\r\n'));
    });
    client.write('GET / HTTP/1.1\r\n\r\n');
    backend.on('data', () => backend.end('HTTP/1.1 200 OK\r\n\r\n'));
    expect(await hear(client)).toMatchObject({ bytes: 19, end: 'fin' });
    client.end();
    const { message } = await sluice.waitForEvent('stage.failed');
    expect(message).toContain('the answers differ: at byte 9: 0x32 of the backend, 0x35 of the mirror');
    expect((await sluice.scrape()).sum('sluice_mirror_differences_total')).toBe(1);
  });
});

/** Sluice with a mirror of these settings, and a connection through it. `mirrored` is told of each mirror that is reached. */
async function start(plane: string, settings: string, mirrored: (mirror: Socket) => void): Promise<Ends> {
  const backends: Socket[] = [];
  const mirrors: Socket[] = [];
  const web = await serve((socket) => backends.push(socket));
  const shadow = await serve((socket) => {
    mirrors.push(socket);
    mirrored(socket);
  });
  const sluice = await startSluice(`
plane: ${plane}
listeners:
  - name: edge
    listen: 127.0.0.1:0
    to: web
    stages:
      - mirror: { to: shadow${settings === '' ? '' : `, ${settings}`} }
pools:
  web: { backends: [127.0.0.1:${web.port}], health: off }
  shadow: { backends: [127.0.0.1:${shadow.port}], health: off }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
`);
  const client = await dial(sluice.address());
  await eventually(() => backends.length === 1, 'the backend to be reached');
  return { sluice, client, backend: backends[0] as Socket, mirrors };
}
