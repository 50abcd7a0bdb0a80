import { describe, expect, it } from 'vitest';
import { replay } from '../../../src/cli/replay/index.ts';
import type { ReplayOptions } from '../../../src/cli/replay/settings.ts';
import { createMemoryPlane, MemoryNetwork, type MemoryPeer } from '../../../src/plane/memory/index.ts';
import { pcapOf, type Sent } from '../../capture/packets.ts';

const TO = { kind: 'tcp', host: '127.0.0.1', port: 9000 } as const;

/** A client asks at once and 2 s after the answer, then finishes; all times from `at`. */
function session({ at = 0, port = 5000, end = 'FA' } = {}): Sent[] {
  const [client, server] = [`192.0.2.1:${port}`, '192.0.2.9:443'];
  const up = (sequence: number, text: string, after: number, flags = 'A'): Sent => {
    return { from: client, to: server, sequence, bytes: Buffer.from(text), at: at + after, flags };
  };
  const down = (sequence: number, text: string, after: number, flags = 'A'): Sent => {
    return { from: server, to: client, sequence, bytes: Buffer.from(text), at: at + after, flags };
  };
  return [
    up(0, '', 0, 'S'),
    down(0, '', 0, 'SA'),
    up(1, 'ask\n', 10),
    down(1, 'first answer\n', 1010),
    up(5, 'ask\n', 3010),
    down(14, 'second answer\n', 3020),
    up(9, '', 3030, end),
    down(28, '', 3040, 'FA'),
  ];
}

/** Answers each `ask` with the next of these, so much later, and finishes after its client. */
function answering(network: MemoryNetwork, answers: readonly string[], delayMs: number) {
  return (peer: MemoryPeer): void => {
    const left = [...answers];
    peer.on({
      data: () => void network.after(delayMs, () => peer.write(Buffer.from(left.shift() ?? ''))),
      fin: () => peer.end(),
    });
  };
}

const SAME = ['first answer\n', 'second answer\n'];

interface Ran {
  readonly code: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly out: string;
  readonly err: string;
  /** Virtual milliseconds. */
  readonly took: number;
  readonly peers: readonly MemoryPeer[];
}

async function ran(
  file: Uint8Array | string,
  options: Partial<ReplayOptions>,
  serve: (network: MemoryNetwork) => (peer: MemoryPeer) => void = (network) => answering(network, SAME, 1),
): Promise<Ran> {
  const network = new MemoryNetwork({ seed: 5 });
  const plane = createMemoryPlane(network);
  const peers: MemoryPeer[] = [];
  const behave = serve(network);
  network.serve(TO, (peer) => {
    peers.push(peer);
    behave(peer);
  });
  const printed = { out: '', err: '' };
  const told = { to: '127.0.0.1:9000', leg: 'client', json: true, ...options } as const;
  const output = {
    out: (text: string) => {
      printed.out += text;
    },
    err: (text: string) => {
      printed.err += text;
    },
  };
  const over = replay(
    'x.pcap',
    told,
    () => file,
    () => plane,
    output,
  );
  network.settle(1e9);
  const took = network.now();
  const code = await over;
  const { out, err } = printed;
  const lines = told.json
    ? out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [];
  return { code, lines, out, err, took, peers };
}

describe('sluice replay', () => {
  it('sends what the client sent, finishes as it did, and finds equal answers equal', async () => {
    const { code, lines, peers } = await ran(pcapOf(session()), {});
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      {
        ...{
          event: 'stream',
          number: 1,
          client: '192.0.2.1:5000',
          outcome: 'equal',
          difference: null,
          notes: [],
        },
        ...{ sent: { captured: 8, now: 8 }, answer: { captured: 27, now: 27 } },
        ...{ end: { captured: 'fin', now: 'fin' }, first_byte_ms: { captured: 1000 } },
      },
      { event: 'summary', equal: 1, different: 0, left_out: 0, late: 0 },
    ]);
    expect(peers.map((peer) => [Buffer.from(peer.received).toString(), peer.finAt !== null])).toEqual([
      ['ask\nask\n', true],
    ]);
  });

  it('keeps the pace of the client, divided by the speed, and at most speed only the order', async () => {
    const took = async (speed: string) => (await ran(pcapOf(session()), { speed })).took;
    const [once, twice, most] = [await took('1'), await took('2'), await took('max')];
    expect(once / twice).toBeGreaterThan(1.8);
    expect(once / twice).toBeLessThan(2.2);
    expect(once / most).toBeGreaterThan(20);
  });

  it('never sends before as much of the answer is there as was in the capture', async () => {
    const asked: number[] = [];
    const { code } = await ran(pcapOf(session()), { speed: 'max' }, (network) => (peer) => {
      let answered = 0;
      peer.on({
        data: () => {
          asked.push(answered);
          const answer = SAME[asked.length - 1] ?? '';
          network.after(700, () => {
            answered += answer.length;
            peer.write(Buffer.from(answer));
          });
        },
        fin: () => peer.end(),
      });
    });
    expect({ code, asked }).toEqual({ code: 0, asked: [0, 13] });
  });

  it('tells the first byte that differs, with what is around it', async () => {
    const changed = ['first answer\n', 'second_answer\n'];
    const serve = (network: MemoryNetwork) => answering(network, changed, 1);
    const { code, lines } = await ran(pcapOf(session()), { speed: 'max' }, serve);
    expect(code).toBe(1);
    const hex = (text: string) =>
      Buffer.from(text)
        .toString('hex')
        .replace(/..(?!$)/g, '$& ');
    expect(lines[0]).toMatchObject({
      outcome: 'different',
      difference: {
        byte: 20,
        before: hex('r\nsecond'),
        captured: hex(' answer\n'),
        now: hex('_answer\n'),
      },
    });
    const { out } = await ran(pcapOf(session()), { speed: 'max', json: false }, serve);
    expect(out).toContain(
      '1 192.0.2.1:5000 > 192.0.2.9:443: different; sent 8 of 8 bytes, answer 27 bytes, fin',
    );
    expect(out).toContain('first difference at byte 20');
    expect(out).toContain(`now      byte 12: ${hex('r\nsecond')} | ${hex('_answer\n')}  _answer.`);
    expect(out).toContain('0 equal, 1 different, 0 left out\n');
  });

  it('tells an answer that is longer, one that stays away, and one that ends too early or otherwise', async () => {
    const file = pcapOf(session());
    const longer = await ran(file, {}, (network) =>
      answering(network, ['first answer\n', 'second answer\n!'], 1),
    );
    expect(longer.lines[0]).toMatchObject({
      outcome: 'different',
      difference: { byte: 28, captured: '', now: '21' },
    });
    const silent = await ran(file, { timeout: '3s' }, (network) => answering(network, ['first'], 1));
    expect(silent.lines[0]).toMatchObject({
      ...{ outcome: 'different', difference: { byte: 6, now: '' }, end: { now: 'timed-out' } },
      why: 'waited 3s for byte 13 of the answer',
    });
    const early = await ran(file, {}, () => (peer) => void peer.on({ data: () => peer.end() }));
    expect(early.lines[0]).toMatchObject({
      why: 'the answer ended before the client had sent all',
      end: { now: 'fin' },
    });
    const broken = await ran(file, {}, () => (peer) => void peer.on({ data: () => peer.reset() }));
    expect(broken.lines[0]).toMatchObject({ outcome: 'different', end: { captured: 'fin', now: 'reset' } });
    expect([longer, silent, early, broken].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
  });

  it('breaks the connection off where the client did, after what it had sent', async () => {
    const { code, peers } = await ran(pcapOf(session({ end: 'R' })), {});
    expect(code).toBe(0);
    expect(peers.map(({ resetCode, receivedBytes }) => [resetCode, receivedBytes])).toEqual([
      ['ECONNRESET', 8],
    ]);
  });

  it('begins connections at their times, and no more at once than allowed', async () => {
    const file = pcapOf([
      ...session(),
      ...session({ at: 60_000, port: 5001 }),
      ...session({ at: 60_000, port: 5002 }),
    ]);
    const open = { now: 0, most: 0 };
    const serve = (network: MemoryNetwork) => (peer: MemoryPeer) => {
      open.most = Math.max(open.most, ++open.now);
      answering(network, SAME, 1)(peer);
    };
    const apart = await ran(file, {});
    expect(apart.took).toBeGreaterThan(60_000);
    expect(apart.lines.at(-1)).toMatchObject({ equal: 3, late: 0 });
    const one = await ran(file, { speed: 'max', concurrency: '1' }, serve);
    expect(one.lines.at(-1)).toMatchObject({ equal: 3, late: 2 });
    expect(one.lines.slice(0, 3).map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('leaves out a connection of which bytes of the client are missing, and says where', async () => {
    const lost = session().filter(({ sequence, bytes }) => !(sequence === 1 && bytes?.length === 4));
    const { code, lines } = await ran(pcapOf(lost), {});
    expect(code).toBe(1);
    expect(lines).toMatchObject([
      { outcome: 'left-out', why: 'bytes of the client are missing from byte 1 on' },
      { left_out: 1 },
    ]);
  });

  it('compares up to a gap in the captured answer, and says so', async () => {
    const lost = session().filter(({ sequence }) => sequence !== 14);
    const { code, lines } = await ran(pcapOf(lost), {});
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({
      notes: ['the captured answer has a gap behind byte 13: compared up to there'],
    });
  });

  it('tells that nobody answers at the address', async () => {
    const { code, lines } = await ran(pcapOf(session()), { to: '127.0.0.1:9' });
    expect(code).toBe(1);
    expect(lines[0]).toMatchObject({
      why: 'could not connect (ECONNREFUSED)',
      end: { now: 'not-connected' },
    });
  });

  it.each([
    [{ speed: '0' }, '--speed: expected a number from 0.001 to 10000, or max; got "0"'],
    [{ speed: 'fast' }, '--speed: expected a number'],
    [{ timeout: '10' }, '--timeout: expected a time with its unit, up to 1h, such as 10s; got "10"'],
    [{ concurrency: '0' }, '--concurrency: expected a whole number from 1 to 10000; got "0"'],
    [{ to: 'nowhere' }, '--to: the port is missing'],
    [{ to: 'a:0' }, '--to: port 0 is nobody'],
  ])('refuses flags that make no sense: %o', async (options, why) => {
    const { code, out, err } = await ran(pcapOf(session()), { json: false, ...options });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
  });

  it('refuses a file that is not there, is no capture, or has no connection; warns of damage', async () => {
    const refusals = await Promise.all(
      ['there is no such file (ENOENT)', Buffer.from('x'.repeat(100)), pcapOf([])].map((file) =>
        ran(file, { json: false }),
      ),
    );
    expect(refusals.map(({ code, err }) => [code, err])).toEqual([
      [2, 'sluice: x.pcap: there is no such file (ENOENT)\n'],
      [2, 'sluice: x.pcap: this is neither pcap nor pcapng\n'],
      [2, 'sluice: x.pcap: there is no TCP connection in it\n'],
    ]);
    const file = pcapOf(session());
    const { err } = await ran(file.subarray(0, file.length - 1), {});
    expect(err).toMatch(
      /^warning: x\.pcap: the file is damaged or cut off at byte \d+: what follows is not read\n$/,
    );
  });
});
