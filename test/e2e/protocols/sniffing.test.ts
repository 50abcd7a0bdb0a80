import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { extension, helloMessage, records, serverName } from '../../sniff/client-hellos.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { greeter } from '../../support/greeter.ts';
import { type HostPort, type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, type Heard, hear, write } from '../../support/tcp.ts';

const KIB = 1024;
const RECORDS = 5;
const RECORD_HEADER_BYTES = 5;
/** Of a padding extension, what is not padding. */
const EXTENSION_HEADER_BYTES = 4;
const CROWD = 1_000;
/** Clients that are served by the turns of a Sluice with the crowd and one without it. */
const SERVED = 100;
/** Long enough for as many to be served while the crowd waits, on a slow machine too. */
const SNIFF_SECONDS = 10;
/** The median may be so much above: a shard that looked at each of the crowd for every client would be far beyond. */
const SLOWER_MAX = 3;

describe('first bytes that come as no program sends them', () => {
  test('a ClientHello of 16 KiB in 5 records, one byte a segment, is routed by its name', async () => {
    const hello = longHello('shop.test');
    expect(hello.length).toBe(16 * KIB);
    const sluice = await inFrontOf(30);
    const socket = await dial(sluice.address());
    const greeting = once(socket, 'data');
    for (const byte of hello) {
      await write(socket, Uint8Array.of(byte));
      await turn();
    }
    expect(String((await greeting)[0]).slice(0, 4)).toBe('shop');
    await ended(socket);
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({
      ...{ route: 'shop', pool: 'shop', protocol: 'tls', sni: 'shop.test', reason: 'client-fin' },
      ...{ bytes_up: hello.length },
    });
    await expectCleanEnd(sluice);
  });

  test('1,000 clients that send one byte and stay are ended by the deadline, and the others notice nothing', async () => {
    const [sluice, quiet] = [await inFrontOf(SNIFF_SECONDS), await inFrontOf(SNIFF_SECONDS)];
    const to = sluice.address();
    await latencies([to, quiet.address()], SERVED); // warms both and the tests up
    const crowd: Promise<Heard>[] = [];
    await Promise.all(Array.from({ length: CROWD }, () => standBy(to, crowd)));
    // By turns, so that what else the machine does is in both.
    const [crowded = [], alone = []] = await latencies([to, quiet.address()], SERVED);
    const gone = sluice.closedLogs().filter(({ reason }) => reason === 'no-route');
    expect(gone, 'the crowd was there until now').toEqual([]);

    const ends = await Promise.all(crowd);
    expect(new Set(ends.map(({ end, bytes }) => `${end} after ${bytes}`))).toEqual(
      new Set(['ECONNRESET after 0']),
    );
    const lines = await sluice.waitForClosed(2 * SERVED + CROWD);
    const sniffed = lines.filter(({ reason }) => reason === 'no-route');
    expect(sniffed).toHaveLength(CROWD);
    for (const line of sniffed) {
      expect(line).toMatchObject({ route: null, backend: null, protocol: 'unknown' });
      expect((line['states'] as Record<string, number>)['sniffing']).toBeGreaterThanOrEqual(
        SNIFF_SECONDS * 1_000 - 50,
      );
    }
    const ratio = median(crowded) / median(alone);
    console.log(`with ${CROWD} clients in the sniffers the median is ${ratio.toFixed(2)} times that without`);
    expect(ratio).toBeLessThan(SLOWER_MAX);
    for (const one of [sluice, quiet]) await expectCleanEnd(one);
  });
});

/** A listener that takes TLS for `shop.test` only. */
async function inFrontOf(sniffSeconds: number): Promise<Sluice> {
  const shop = await greeter('shop');
  return startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    sniff: { timeout: ${sniffSeconds}s }
    routes: [{ name: shop, match: { sni: shop.test }, to: shop }]
pools: { shop: { backends: ["127.0.0.1:${shop.port}"] } }
`);
}

/** A ClientHello of exactly 16 KiB on the wire, whose name comes last. */
function longHello(name: string): Uint8Array {
  const length = 16 * KIB - RECORDS * RECORD_HEADER_BYTES;
  const bare = helloMessage({ extensions: [serverName(name)] }).length + EXTENSION_HEADER_BYTES;
  const padding = extension(21, new Uint8Array(length - bare));
  const message = helloMessage({ extensions: [padding, serverName(name)] });
  return records(message, Math.ceil(message.length / RECORDS));
}

/** A client that sends the first byte of TLS and stays; its end to come is added to `ends`. */
async function standBy(to: HostPort, ends: Promise<Heard>[]): Promise<void> {
  const socket = await dial(to);
  ends.push(hear(socket));
  await write(socket, Uint8Array.of(22));
}

/** Milliseconds from the connect to the greeting of so many clients of each, one after the other and by turns. */
async function latencies(to: readonly HostPort[], count: number): Promise<number[][]> {
  const hello = records(helloMessage({ extensions: [serverName('shop.test')] }));
  const took: number[][] = to.map(() => []);
  for (let i = 0; i < count; i++) {
    for (const [which, one] of to.entries()) {
      const from = performance.now();
      const socket = await dial(one);
      const greeting = once(socket, 'data');
      socket.write(hello);
      await greeting;
      took[which]?.push(performance.now() - from);
      await ended(socket);
    }
  }
  return took;
}

async function ended(socket: Socket): Promise<void> {
  const heard = hear(socket);
  socket.end();
  expect((await heard).end).toBe('fin');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}
