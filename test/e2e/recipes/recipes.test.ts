import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { helloMessage, records, serverName } from '../../sniff/client-hellos.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { launchSluice, type Sluice, startSluice } from '../../support/sluice.ts';
import { type Heard, hear } from '../../support/tcp.ts';
import { substitute } from './substitute.ts';

const RECIPES = fileURLToPath(new URL('../../../docs/recipes', import.meta.url));

/** A client: what it says to which listener, and the pool it gets; null where it is turned away by RST. */
interface Call {
  readonly listener: string;
  readonly says: string | Uint8Array;
  readonly pool: string | null;
}

/** What each recipe promises, tried. A recipe without a line here fails. */
const CALLS: Readonly<Record<string, readonly Call[]>> = {
  'debugging.yaml': [{ listener: 'slow', says: 'every byte of it', pool: 'app' }],
  'forward.yaml': [{ listener: 'front', says: 'hello', pool: 'app' }],
  'ftp.yaml': [
    { listener: 'control', says: 'PASV\r\n', pool: 'control' },
    { listener: 'data-0', says: 'a file', pool: 'data-0' },
    { listener: 'data-1', says: 'a file', pool: 'data-1' },
    { listener: 'data-2', says: 'a file', pool: 'data-2' },
  ],
  'many-cores.yaml': [{ listener: 'edge', says: 'hello', pool: 'app' }],
  'metrics-and-traces.yaml': [{ listener: 'web', says: 'hello', pool: 'app' }],
  'public-listener.yaml': [
    { listener: 'public', says: tls('a.example.com'), pool: 'web' },
    { listener: 'public', says: 'GET / HTTP/1.1\r\n\r\n', pool: null },
  ],
  'round-robin.yaml': [{ listener: 'web', says: 'hello', pool: 'web' }],
  'sni-routing.yaml': [
    { listener: 'tls', says: tls('shop.example.com'), pool: 'shop' },
    { listener: 'tls', says: tls('eu.shop.example.com'), pool: 'shop' },
    { listener: 'tls', says: tls('a.blog.example.com'), pool: 'sites' },
    { listener: 'tls', says: tls('example.org'), pool: null },
    { listener: 'tls', says: 'no TLS\r\n', pool: null },
  ],
  'ssh-and-https.yaml': [
    { listener: 'shared', says: tls('a.example.com'), pool: 'web' },
    { listener: 'shared', says: 'SSH-2.0-test\r\n', pool: 'ssh' },
    { listener: 'shared', says: 'something else\r\n', pool: 'ssh' },
    { listener: 'shared', says: 'GET / HTTP/1.1\r\n\r\n', pool: null },
  ],
  'unix-socket.yaml': [
    { listener: 'port', says: 'PING\r\n', pool: 'by-socket' },
    { listener: 'socket', says: 'PING\r\n', pool: 'by-port' },
  ],
};

describe.each(readdirSync(RECIPES))('the recipe %s', (name) => {
  const recipe = readFileSync(join(RECIPES, name), 'utf8');

  test('says in its first line what it is for', () => {
    expect(recipe).toMatch(/^# \S.{20,}\n#\n/);
  });

  test('passes `sluice check` as it stands, without a warning', async () => {
    const check = launchSluice(['check', join(RECIPES, name)]);
    expect(await check.ended).toEqual({ code: 0, signal: null });
    expect(check.stderr.toString()).toBe('');
  });

  test('starts, does for each client what it promises, and stops cleanly', async () => {
    const otlp = await startOtlpReceiver();
    const { config, directory } = await substitute(recipe, otlp.url);
    const sluice = await startSluice(config, { env: { SLUICE_TOKEN: 'secret' } });
    expect(sluice.logs.filter((line) => line.event === 'backend.unhealthy')).toEqual([]);

    const calls = CALLS[name] ?? [];
    expect(calls.length).toBeGreaterThan(0);
    for (const [index, call] of calls.entries()) {
      const heard = await ask(sluice, call);
      const log = (await sluice.waitForClosed(index + 1))[index];
      expect(log).toMatchObject({
        listener: call.listener,
        pool: call.pool,
        reason: call.pool === null ? 'rejected' : 'client-fin',
      });
      const end = call.pool === null ? 'ECONNRESET' : 'fin';
      expect(heard).toMatchObject({ bytes: call.pool === null ? 0 : call.says.length, end });
    }
    await expectCleanEnd(sluice);

    if (config.includes('tee:')) expect(teed(directory)).toEqual({ up: CALLS[name]?.[0]?.says, files: 2 });
    if (config.includes('otlp:'))
      expect(otlp.spans().filter((span) => span.parentSpanId === '')).toHaveLength(1);
  });
});

/** Says what the call says and FIN, and hears the answer to its end. */
function ask(sluice: Sluice, { listener, says }: Call): Promise<Heard> {
  const address = sluice.listeners[listener] ?? '';
  const to = address.startsWith('unix:') ? { path: address.slice('unix:'.length) } : sluice.address(listener);
  const socket = connect({ ...to, allowHalfOpen: true });
  const heard = hear(socket);
  socket.end(says);
  return heard;
}

/** The files a tee has written: how many, and what the client said. */
function teed(directory: string): { readonly up: string; readonly files: number } {
  const files = readdirSync(directory).filter((file) => file.startsWith('traffic-'));
  const up = files.find((file) => file.includes('.up.')) ?? '';
  return { up: readFileSync(join(directory, up), 'utf8'), files: files.length };
}

function tls(name: string): Uint8Array {
  return records(helloMessage({ extensions: [serverName(name)] }));
}
