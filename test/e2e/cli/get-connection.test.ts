import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { ConnectionView } from '../../../src/core/connection-view.ts';
import { readProxyHeader } from '../../../src/proxy-protocol/index.ts';
import { testAuthority } from '../../support/certificates.ts';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';

const AUTHORITY = testAuthority();
const SERVER = AUTHORITY.issue({ names: ['shop.test'] });

describe('GET /v1/connections/<id>', () => {
  test('tells all of a live connection of s_client, and 404 once it has ended', async () => {
    const backend = await startTold();
    const dead = await freePort();
    const sluice = await inFrontOf(backend.port, dead);
    const { host, port } = sluice.address();
    const client = start(program('openssl'), [
      ...['s_client', '-quiet', '-connect', `${host}:${port}`, '-servername', 'shop.test', '-alpn', 'h2'],
      ...['-CAfile', AUTHORITY.certFile, '-verify_return_error'],
    ]);
    const id = await backend.id;
    await client.waitFor(() => (client.stdout.length > 0 ? true : undefined), 'the greeting');

    const view = await viewOf(sluice, id);
    expect(view).toMatchObject({
      ...{ connection: id, listener: 'edge', state: 'streaming', peer: null, local: `${host}:${port}` },
      ...{ route: 'shop', pool: 'shop', backend: 'alive', bytesUp: 0, bytesDown: 8 },

      sniffed: { protocol: 'tls', sni: 'shop.test', alpn: ['h2'] },
      clientTls: { version: 'TLSv1.3', sni: 'shop.test', alpn: 'h2', resumed: false, peer: null },
      backendTls: null,
      attempts: [{ error: 'ECONNREFUSED' }, { error: '' }],
    });
    expect(view.client).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(view.visits.map(({ state }) => state)).toEqual(expect.arrayContaining(['sniffing', 'dialing']));
    expect(view.why.routes).toMatchObject([
      { route: 'other', verdict: 'no', outcome: 'passed', keys: [{ key: 'sni', wanted: ['other.test'] }] },
      { route: 'shop', verdict: 'yes', outcome: 'taken', keys: [{ key: 'sni', seen: ['shop.test'] }] },
      { route: 'rest', outcome: 'not-reached' },
    ]);
    expect(view.why.backends).toMatchObject([
      { backend: 'dead', load: 0, tried: true },
      { backend: 'alive', load: 1, backup: true, passedOver: null },
    ]);
    const status = (await (await fetch(`${sluice.admin}/v1/status`)).json()) as Status;
    const leg = status.shards[0]?.plane === 'linux' ? { rttUs: expect.any(Number) } : null;
    expect([view.clientTcp, view.backendTcp]).toEqual(
      [leg, leg].map((tcp) => tcp && expect.objectContaining(tcp)),
    );

    client.signal('SIGKILL');
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ connection: id, trace_id: view.traceId, client: view.client });
    expect((await ask(sluice, id)).status).toBe(404);
  });

  test.each(['ffffffffffff', 'nobody', '%00', '1234567890abcdef'])('knows no connection %s', async (id) => {
    const answer = await ask(await inFrontOf(1, 1), id);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

interface Status {
  readonly shards: readonly { readonly plane: string }[];
}

/** A backend that greets, stays, and knows the ids that Sluice gives its connections. */
async function startTold(): Promise<{ port: number; id: Promise<string> }> {
  let tell: (id: string) => void = () => {};
  const id = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const { port } = await serve((socket) => {
    void once(socket, 'data').then(([data]) => {
      const read = readProxyHeader(data as Buffer);
      if (read.kind !== 'header') throw new Error(JSON.stringify(read));
      tell(Buffer.from(read.header.tlvs.uniqueId ?? []).toString());
      socket.write('greeting');
    });
  });
  return { port, id };
}

/** The first backend that is tried is not there. */
function inFrontOf(alive: number, dead: number): Promise<Sluice> {
  return startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    tls: { certificates: [{ cert: ${SERVER.certFile}, key: ${SERVER.keyFile} }], alpn: h2 }
    routes:
      - { name: other, match: { sni: other.test }, to: shop }
      - { name: shop, match: { sni: shop.test }, to: shop }
      - { name: rest, to: shop }
pools:
  shop:
    backends: [{ name: dead, address: "127.0.0.1:${dead}" }, { name: alive, address: "127.0.0.1:${alive}", backup: true }]
    connect: { proxy_protocol: { version: v2, tlvs: [unique_id] } }
admin: { listen: 127.0.0.1:0 }
`);
}

function ask(sluice: Sluice, id: string): Promise<Response> {
  return fetch(`${sluice.admin}/v1/connections/${id}`);
}

async function viewOf(sluice: Sluice, id: string): Promise<ConnectionView> {
  const answer = await ask(sluice, id);
  expect(answer.status).toBe(200);
  return (await answer.json()) as ConnectionView;
}
