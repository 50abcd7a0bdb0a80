import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstClient } from '../../../src/cli/explain/pcap.ts';
import { type Given, pcap, pcapng } from './captures.ts';

const CLIENT = '192.0.2.1:5000';
const SERVER = '192.0.2.9:443';
const OPENING: readonly Given[] = [
  { from: CLIENT, to: SERVER, sequence: 99, syn: true },
  { from: SERVER, to: CLIENT, sequence: 7, syn: true, ack: true },
];

function says(sequence: number, text: string): Given {
  return { from: CLIENT, to: SERVER, sequence, ack: true, text };
}

function textOf(file: Uint8Array, bytesMax = 100): string {
  const client = firstClient(file, bytesMax);
  return typeof client === 'string' ? client : Buffer.from(client.bytes).toString();
}

describe('the first client in a capture', () => {
  it.each([
    ['pcap', pcap(OPENING)],
    ['pcap in the other byte order', pcap(OPENING, 'big')],
    ['pcapng', pcapng(OPENING)],
  ])('is the one that sends the first SYN: %s', (_, file) => {
    expect(firstClient(file, 100)).toEqual({
      bytes: new Uint8Array(),
      source: '192.0.2.1',
      destination: { kind: 'tcp', host: '192.0.2.9', port: 443 },
    });
  });

  it('has its bytes put in order, and those that came twice once', () => {
    const file = [...OPENING, says(103, 'defg'), says(100, 'abc'), says(100, 'abcd'), says(107, 'h')];
    expect(textOf(pcap(file))).toBe('abcdefgh');
    expect(textOf(pcapng(file))).toBe('abcdefgh');
  });

  it('has its bytes up to the first gap', () => {
    expect(textOf(pcap([...OPENING, says(100, 'abc'), says(104, 'e')]))).toBe('abc');
  });

  it('has none of the bytes of the server, or of another connection', () => {
    const other = { from: '192.0.2.1:5001', to: SERVER, sequence: 100, text: 'XXX' };
    const answer = { from: SERVER, to: CLIENT, sequence: 8, text: 'YYY' };
    expect(textOf(pcap([...OPENING, other, answer, says(100, 'abc')]))).toBe('abc');
  });

  it('is the one that speaks first where its SYN was not caught, and its sequence numbers may begin again', () => {
    expect(textOf(pcap([says(2 ** 32 - 2, 'ab'), says(0, 'cd')]))).toBe('abcd');
  });

  it('has no more bytes than asked for', () => {
    expect(textOf(pcap([...OPENING, says(100, 'abc'), says(103, 'def')]), 4)).toBe('abcd');
  });

  it('is told not to be there', () => {
    expect(textOf(pcap([]))).toBe('there is no TCP connection in it');
    expect(textOf(Buffer.from('GET / HTTP/1.1\r\nHost: a.example\r\n'))).toBe(
      'this is neither pcap nor pcapng',
    );
    expect(textOf(new Uint8Array())).toBe('this is neither pcap nor pcapng');
  });

  it('is looked for in any damaged file without an error', () => {
    const files = [pcap([...OPENING, says(100, 'abc')]), pcapng([...OPENING, says(100, 'abc')])];
    const damaged = fc
      .tuple(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
        fc.nat(400),
      )
      .map(([file, changes, length]) => {
        const copy = Buffer.from(file);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy.subarray(0, length);
      });
    const isBounded = (file: Uint8Array): boolean => {
      const client = firstClient(file, 16);
      return typeof client === 'string' || client.bytes.length <= 16;
    };
    fc.assert(fc.property(damaged, isBounded), { numRuns: 20_000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isBounded), { numRuns: 2000 });
  });
});
