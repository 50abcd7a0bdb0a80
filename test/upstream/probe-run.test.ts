import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ProbePlan } from '../../src/core/health-plan.ts';
import { createMemoryPlane, MemoryNetwork, type MemoryPeer } from '../../src/plane/memory/index.ts';
import { scriptOf } from '../../src/probe/index.ts';
import { PROBE_LINGER_MS, probe } from '../../src/upstream/probe.ts';
import { targetOf } from '../../src/upstream/probe-target.ts';
import type { ProbeResult, ProbeSubject } from '../../src/upstream/probing.ts';
import { listen, observe } from '../plane/contract/support.ts';
import { testAuthority } from '../support/certificates.ts';
import { needs } from '../support/programs.ts';
import { memoryWorld } from '../tls/meeting.ts';
import { connectPlan, listenerPlan } from '../tls/plans.ts';
import { HEALTH, planOf } from './plans.ts';
import { NO_TLS } from './running.ts';

const ADDRESS = { kind: 'tcp', host: '127.0.0.1', port: 9000 } as const;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function subject(plan: ProbePlan, other: Partial<ProbeSubject> = {}): ProbeSubject {
  const script = scriptOf(plan, { authority: 'a.test' });
  return {
    address: ADDRESS,
    source: null,
    timeoutMs: 500,
    header: new Uint8Array(0),
    tls: null,
    script,
    ...other,
  };
}

/** A probe of a server on a network in memory. */
function run(plan: ProbePlan, serve: (peer: MemoryPeer) => void, other: Partial<ProbeSubject> = {}) {
  const network = new MemoryNetwork({ seed: 7 });
  const plane = createMemoryPlane(network);
  const peers: MemoryPeer[] = [];
  network.serve(ADDRESS, (peer) => {
    peers.push(peer);
    serve(peer);
  });
  const results: (ProbeResult | 'gone')[] = [];
  const crashes: unknown[] = [];
  const running = probe({ plane, tls: NO_TLS, now: () => 0 }, subject(plan, other), {
    result: (result) => results.push(result),
    gone: () => results.push('gone'),
    crashed: (error) => crashes.push(error),
  });
  return { network, plane, peers, results, crashes, running };
}

const endsPolitely = (peer: MemoryPeer, data: (bytes: Uint8Array) => void = () => {}): void =>
  peer.on({ data, fin: () => peer.end() });

describe('a probe on a network in memory', () => {
  it('sends, hears, says good-bye, and ends by FIN from both sides: the server sees no RST', () => {
    const { network, plane, peers, results } = run({ kind: 'smtp', helo: 'me.test' }, (peer) => {
      endsPolitely(peer, (bytes) =>
        peer.write(Buffer.from(text(bytes).startsWith('EHLO') ? '250 b\r\n' : '221 c\r\n')),
      );
      peer.write(Buffer.from('220 a\r\n'));
    });
    network.run(400);
    expect(results).toMatchObject([{ kind: 'passed', said: 'answered "250 b"' }, 'gone']);
    expect(text(peers[0]?.received ?? new Uint8Array(0))).toBe('EHLO me.test\r\nQUIT\r\n');
    expect([peers[0]?.resetCode, plane.open]).toEqual([null, 0]);
    network.settle(1000);
    expect(network.timers).toBe(0);
  });

  it('begins with the PROXY header that says that nobody stands behind it', () => {
    const plans = [1, 2].map((proxyHeader) =>
      planOf({ health: { ...HEALTH, proxyHeader: proxyHeader as 1 | 2 }, backends: [{}] }),
    );
    const sent = plans.map((plan) => {
      const { network, peers } = run({ kind: 'tcp' }, endsPolitely, { header: targetOf(plan, 0).header });
      network.run(400);
      return text(peers[0]?.received ?? new Uint8Array(0));
    });
    expect(sent).toEqual(['PROXY UNKNOWN\r\n', '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0']);
  });

  it('says what came where the time is over, and ends by FIN then too', () => {
    const { network, peers, results } = run({ kind: 'redis' }, (peer) => {
      endsPolitely(peer);
      peer.write(Buffer.from('+PO'));
    });
    network.run(499);
    expect(results).toEqual([]);
    network.run(1000);
    expect(results).toEqual([
      { kind: 'failed', cause: 'expected +PONG, got "+PO" and then nothing more in 500 ms' },
      'gone',
    ]);
    expect(peers[0]?.resetCode).toBe(null);
  });

  it('says what came before a RST', () => {
    const { network, results } = run({ kind: 'redis' }, (peer) => {
      peer.on({ data: () => peer.reset() });
      peer.write(Buffer.from('-'));
    });
    network.run(400);
    expect(results).toEqual([
      { kind: 'failed', cause: 'expected +PONG, got "-" and then ECONNRESET' },
      'gone',
    ]);
  });

  it('gives up a server that never ends, in speech or in silence, and leaves nothing', () => {
    for (const serve of [
      (peer: MemoryPeer) => peer.write(new Uint8Array(1024 * 1024).fill(0x2b)),
      (peer: MemoryPeer) => peer.stopReading(),
      () => {},
    ]) {
      const { network, plane, results } = run({ kind: 'redis' }, serve);
      network.run(500 + PROBE_LINGER_MS + 200);
      expect(results).toMatchObject([{ kind: 'failed' }, 'gone']);
      expect(plane.open).toBe(0);
    }
  });

  it('is as if it had never been where it is cancelled, whatever it was about to do', () => {
    for (let at = 0; at < 60; at += 3) {
      const { network, plane, results, running } = run({ kind: 'redis' }, (peer) =>
        endsPolitely(peer, () => peer.write(Buffer.from('+PONG\r\n'))),
      );
      network.run(at);
      const told = results.length;
      running.cancel();
      network.run(2000);
      expect([results.length, plane.open]).toEqual([told, 0]);
    }
  });

  it('tells of a defect in its script as a crash, once, and leaves nothing', () => {
    const error = new Error('torn');
    const listen = () => () => {
      throw error;
    };
    const script = {
      steps: [{ send: new Uint8Array(1), await: { expected: 'x', listen } }],
      farewell: new Uint8Array(0),
    };
    const { network, plane, results, crashes } = run(
      { kind: 'tcp' },
      (peer) => peer.write(new Uint8Array(5)),
      { script },
    );
    network.run(2000);
    expect([results, crashes, plane.open]).toEqual([[], [error], 0]);
  });
});

describe('a probe over TLS', () => {
  needs('openssl');
  const DAY_MS = 86_400_000;
  /** Virtual time flies while Node shakes hands. */
  const PATIENT_MS = 20 * DAY_MS;

  async function over(
    now: number,
    onExpiry: 'unhealthy' | 'warn',
    serverName = 'a.test',
    plan: ProbePlan = { kind: 'tcp' },
  ) {
    const { world, sessions } = memoryWorld();
    const { listening } = await listen(world, undefined, (under) => {
      sessions.accept(under, listenerPlan(), {
        secured: (endpoint) => {
          observe(endpoint);
          endpoint.resume();
          endpoint.write({ bytes: Buffer.from('+PONG\r\n'), at: 0, borrowed: false });
          endpoint.end();
        },
        failed: () => {
          observe(under);
          under.close();
        },
      });
    });
    const tls = { session: connectPlan(), serverName, expiresWithinMs: 7 * DAY_MS, onExpiry };
    const results: ProbeResult[] = [];
    let isGone = false;
    probe(
      { plane: world.plane, tls: sessions, now: () => now },
      subject(plan, { address: listening.address, timeoutMs: PATIENT_MS, tls }),
      {
        result: (result) => results.push(result),
        gone: () => {
          isGone = true;
        },
        crashed: (error) => world.errors.push(error),
      },
    );
    await world.until(() => isGone, 'the end of the probe');
    expect([results.length, world.errors, world.plane.open]).toEqual([1, [], expect.any(Number)]);
    await world.close();
    return results[0];
  }

  /** Two days and a half before the certificate of the server ends. */
  const nearTheEnd = (): number => {
    const { cert } = testAuthority().issue({ names: ['a.test', '127.0.0.1'] });
    return Date.parse(new X509Certificate(cert).validTo) - 2.5 * DAY_MS;
  };

  it('passes where the session stands, and runs its script inside', async () => {
    expect(await over(Date.now(), 'unhealthy')).toMatchObject({
      kind: 'passed',
      said: 'connected by TLSv1.3',
      warning: null,
    });
    expect(await over(Date.now(), 'unhealthy', 'a.test', { kind: 'redis' })).toMatchObject({
      kind: 'passed',
      said: 'answered "+PONG"',
    });
  });

  it('fails where the certificate is for another name, and says so', async () => {
    const result = await over(Date.now(), 'unhealthy', 'b.test');
    expect(result).toMatchObject({ kind: 'failed', cause: expect.stringMatching(/b\.test/) });
  });

  it('fails for a certificate that ends too soon, or passes with a warning, as it is told', async () => {
    const why = /^expected a certificate for 7d more, this one ends in 2d, on \d{4}-/;
    expect(await over(nearTheEnd(), 'unhealthy')).toMatchObject({
      kind: 'failed',
      cause: expect.stringMatching(why),
    });
    expect(await over(nearTheEnd(), 'warn')).toMatchObject({
      kind: 'passed',
      warning: expect.stringMatching(why),
    });
  });
});
