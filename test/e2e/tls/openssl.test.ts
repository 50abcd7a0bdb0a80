import { describe, expect, test } from 'vitest';
import type { Endpoint, EndpointObserver } from '../../../src/core/ports.ts';
import type { ListenerTlsPlan, TlsFacts, TlsFailure } from '../../../src/core/tls.ts';
import { TRUNCATED } from '../../../src/core/tls.ts';
import { linuxPlaneSupport } from '../../../src/plane/linux/index.ts';
import { createTlsSessions } from '../../../src/tls/index.ts';
import { listen, SOCKET_OPTIONS } from '../../plane/contract/support.ts';
import type { MakeWorld, World } from '../../plane/contract/world.ts';
import { makeLinuxWorld } from '../../plane/linux-world.ts';
import { makeNetWorld } from '../../plane/net-world.ts';
import { testAuthority } from '../../support/certificates.ts';
import { later } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { tempDir } from '../../support/temp.ts';
import { connectPlan, listenerPlan } from '../../tls/plans.ts';

const TICKET_KEYS = 'c0'.repeat(48);

/** What was told of the sessions of one listener. */
interface Told {
  readonly facts: TlsFacts[];
  readonly failures: TlsFailure[];
  readonly ends: string[];
}

/** Sends back what comes, and ends as its peer ends. */
class Echo implements EndpointObserver {
  readonly #endpoint: Endpoint;
  readonly #told: Told;

  constructor(endpoint: Endpoint, told: Told) {
    this.#endpoint = endpoint;
    this.#told = told;
    endpoint.observe(this);
    endpoint.resume();
  }

  data(chunk: Parameters<EndpointObserver['data']>[0]): void {
    this.#endpoint.write(chunk);
  }
  fin(): void {
    this.#told.ends.push('fin');
    this.#endpoint.close();
  }
  reset(code: string): void {
    this.#told.ends.push(code);
  }
  held(): void {}
  moved(): void {}
  accepted(): void {}
  progress(): void {}
  finished(): void {}
  closed(): void {}
}

const PLANES: [string, MakeWorld][] = [['net', makeNetWorld]];
if (linuxPlaneSupport().usable) PLANES.push(['linux', makeLinuxWorld]);

describe.each(PLANES)('OpenSSL and TLS on the %s plane', (_name, makeWorld) => {
  needs('openssl');

  async function makeOwnWorld(): Promise<World> {
    const world = await makeWorld();
    later(() => world.close());
    return world;
  }

  /** A listener of ours that echoes; where it is. */
  async function serve(differing: Partial<ListenerTlsPlan> = {}) {
    const world = await makeOwnWorld();
    const sessions = createTlsSessions({ onError: (error) => world.errors.push(error) });
    const told: Told = { facts: [], failures: [], ends: [] };
    const plan = listenerPlan(differing);
    const { listening } = await listen(world, undefined, (under) => {
      sessions.accept(under, plan, {
        secured: (endpoint, facts) => {
          told.facts.push(facts);
          new Echo(endpoint, told);
        },
        failed: (failure) => {
          told.failures.push(failure);
          new Echo(under, told);
          under.close();
        },
      });
    });
    const { port } = listening.address as { port: number };
    return { told, port };
  }

  const client = (port: number, ...args: string[]) =>
    start(program('openssl'), [
      's_client',
      '-connect',
      `127.0.0.1:${port}`,
      '-CAfile',
      testAuthority().certFile,
      ...args,
    ]);

  test.each(['-tls1_2', '-tls1_3'])(
    's_client %s is answered, and its close_notify is an end',
    async (version) => {
      const { told, port } = await serve();
      const peer = client(port, version, '-servername', 'A.TEST', '-verify_return_error');
      await peer.waitFor(
        () => peer.output.includes('Verify return code: 0 (ok)') || undefined,
        'the handshake',
      );
      peer.write('over the wire\n');
      await peer.waitFor(() => peer.output.includes('over the wire') || undefined, 'the echo');
      peer.write('Q\n');
      await eventually(() => told.ends.length > 0, 'the end');
      expect(told).toMatchObject({ failures: [], ends: ['fin'], facts: [{ sni: 'a.test', resumed: false }] });
      expect(told.facts[0]?.version).toBe(version === '-tls1_2' ? 'TLSv1.2' : 'TLSv1.3');
    },
  );

  test('s_client that is killed leaves a truncation behind', async () => {
    const { told, port } = await serve();
    const peer = client(port);
    await eventually(() => told.facts.length > 0, 'the handshake');
    await peer.waitFor(() => peer.output.includes('Verify return code') || undefined, 'the handshake');
    peer.signal('SIGKILL');
    await eventually(() => told.ends.length > 0, 'the end');
    // Bytes that it had not read yet make a RST of its end.
    expect([TRUNCATED, 'ECONNRESET']).toContain(told.ends.join());
  });

  test.each(['-tls1_2', '-tls1_3'])(
    'a ticket of one listener resumes a session of another (%s)',
    async (version) => {
      const file = `${tempDir()}/session.pem`;
      const resumed: (boolean | undefined)[] = [];
      for (const [flag, differing] of [
        ['-sess_out', {}],
        ['-sess_in', {}],
        ['-sess_in', { ticketKeys: 'd1'.repeat(48) }],
        ['-sess_in', { ticketKeys: null }],
        ['-sess_in', { clientAuth: 'optional', clientCa: testAuthority().cert }],
      ] as const) {
        const { told, port } = await serve({ ticketKeys: TICKET_KEYS, ...differing });
        const peer = client(port, version, '-servername', 'a.test', flag, file);
        peer.write('hello\n');
        await peer.waitFor(() => /^hello/m.test(peer.output) || undefined, 'the echo');
        peer.write('Q\n');
        await peer.ended;
        resumed.push(told.facts[0]?.resumed);
      }
      expect(resumed).toEqual([false, true, false, false, false]);
    },
  );

  test('renegotiation is refused, and the session lives on', async () => {
    const { told, port } = await serve();
    const peer = client(port, '-tls1_2');
    await peer.waitFor(() => peer.output.includes('Verify return code') || undefined, 'the handshake');
    peer.write('R\n');
    await peer.waitFor(() => /no renegotiation/.test(peer.output) || undefined, 'the refusal');
    expect(told.facts).toHaveLength(1);
  });

  test('keys are updated as often as the peer likes', async () => {
    const { told, port } = await serve();
    const peer = client(port, '-tls1_3');
    await peer.waitFor(() => peer.output.includes('Verify return code') || undefined, 'the handshake');
    for (let time = 1; time <= 5; time++) {
      peer.write('K\n');
      await peer.waitFor(() => peer.output.split('KEYUPDATE').length > time || undefined, `update ${time}`);
    }
    peer.write('still here\n');
    await peer.waitFor(() => peer.output.includes('still here') || undefined, 'the echo');
    expect([told.failures, told.ends]).toEqual([[], []]);
  });

  test('s_server is spoken to, and is shown our certificate', async () => {
    const world = await makeOwnWorld();
    const sessions = createTlsSessions({ onError: (error) => world.errors.push(error) });
    const authority = testAuthority();
    const leaf = authority.issue({ names: ['a.test'] });
    const port = await freePort();
    const server = start(program('openssl'), [
      's_server',
      ...['-accept', `127.0.0.1:${port}`, '-cert', leaf.certFile, '-key', leaf.keyFile, '-alpn', 'h2,redis'],
      ...['-CAfile', authority.certFile, '-Verify', '1', '-verify_return_error'],
    ]);
    await server.waitFor(() => server.output.includes('ACCEPT') || undefined, 'the server');
    const told: Told = { facts: [], failures: [], ends: [] };
    const plan = connectPlan({ certificate: authority.issue({ commonName: 'sluice' }) });
    world.plane.dial({ kind: 'tcp', host: '127.0.0.1', port }, SOCKET_OPTIONS, {
      connected: (under) => {
        sessions.connect(
          under,
          { plan, serverName: 'a.test', host: '127.0.0.1', alpn: ['redis'] },
          {
            secured: (endpoint, facts) => {
              told.facts.push(facts);
              new Echo(endpoint, told);
            },
            failed: (failure) => told.failures.push(failure),
          },
        );
      },
      failed: () => {},
    });
    await server.waitFor(() => server.output.includes('CN = sluice') || undefined, 'our certificate');
    expect(told.failures).toEqual([]);
    expect(told.facts[0]).toMatchObject({
      alpn: 'redis',
      sni: 'a.test',
      peer: { commonName: 'a.test', verified: true },
    });
    server.write('Q\n');
    await eventually(() => told.ends.length > 0, 'the end');
    // It leaves without close_notify.
    expect(told.ends).toEqual([TRUNCATED]);
  });
});
