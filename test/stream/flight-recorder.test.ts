import { describe, expect, it } from 'vitest';
import { connectionId } from '../../src/core/connection-id.ts';
import type { FlightRecorderPlan } from '../../src/core/tee-plan.ts';
import { FLIGHT_EVENTS_MAX, FlightRecord } from '../../src/stream/flight-record.ts';
import {
  FLIGHTS_BYTES_MAX,
  FLIGHTS_WRITTEN_MAX,
  releaseFlightMemory,
  reserveFlightMemory,
  writeFlight,
} from '../../src/stream/flight-registry.ts';
import { buildStages } from '../../src/stream/index.ts';
import { readPcapng, readSegment } from '../capture/reader.ts';
import { NOON } from '../capture/samples.ts';
import { readStreams } from '../capture/tcp-reader.ts';
import { chunkOf, countingBytes } from './chunks.ts';
import { stageContract } from './contract.ts';
import { TeeWorld } from './tee-world.ts';

function planIn(world: TeeWorld, bytes = 2048, keep = 0): FlightRecorderPlan {
  return { kind: 'flight_recorder', bytes, keep, file: world.path('{connection}.pcapng') };
}

const FILE = '010000000001.pcapng';

stageContract('flight recorder', ({ scheduler, dropped }) => {
  const plan: FlightRecorderPlan = { kind: 'flight_recorder', bytes: 1024, keep: 0, file: 'x-{connection}' };
  const [stage] = buildStages([plan], 'up', {
    scheduler,
    dropped,
    connection: connectionId(1, 0, 1),
    listener: 'edge',
    openedAt: NOON,
    failed: (_stage, message) => expect.fail(message),
  });
  return stage!;
});

describe('a flight recorder', () => {
  it('writes nothing for a connection that ends well', async () => {
    const world = new TeeWorld();
    const { up, end } = world.connect(planIn(world));
    up.next(chunkOf('hello'));
    up.complete();
    end('client-fin');
    expect(await world.names()).toEqual([]);
  });

  it('writes the whole of a short connection that ends badly, with the times at which it happened', async () => {
    const world = new TeeWorld();
    const { up, down, end } = world.connect(planIn(world));
    up.next(chunkOf('hello'));
    world.wait(7);
    down.next(chunkOf('bye'));
    down.complete();
    world.wait(1000);
    end('half-closed-timeout');
    const { packets } = readPcapng(await world.read(FILE));
    const segments = packets.map(readSegment);
    const streams = [...readStreams(segments).values()];
    expect(streams.map(({ bytes, end: how, hasSyn }) => [bytes.toString(), how, hasSyn])).toEqual([
      ['hello', 'open', true],
      ['bye', 'reset', true],
      ['hello', 'reset', true],
      ['bye', 'fin', true],
    ]);
    const times = new Set(packets.map(({ at }) => at / 1000 - NOON));
    expect([...times]).toEqual([0, 7, 1007]);
    expect(packets.map(({ comment }) => comment).join('\n')).toContain('ended: half-closed-timeout');
  });

  it('writes the end of each direction of a long one, and says how much went before', async () => {
    const world = new TeeWorld();
    const { up, down, end } = world.connect(planIn(world, 2048));
    for (let total = 0; total < 100_000; total += 1000) {
      up.next({ bytes: countingBytes(total, 1000), at: 0, borrowed: true });
      world.wait(2);
    }
    down.next(chunkOf('short'));
    end('killed');
    const { packets } = readPcapng(await world.read(FILE));
    const [up0, down0] = [...readStreams(packets.filter(({ nic }) => nic === 0).map(readSegment)).values()];
    expect(Buffer.compare(up0!.bytes, countingBytes(100_000 - 2048, 2048))).toBe(0);
    expect([up0!.hasSyn, down0!.bytes.toString()]).toEqual([false, 'short']);
    expect(packets[0]?.comment).toContain('not in this file: the first 97952 bytes up and 0 bytes down');
  });

  it('remembers a bounded number of things, with the bytes of those alone', () => {
    const record = new FlightRecord(1_000_000, () => true);
    const count = 3 * FLIGHT_EVENTS_MAX;
    for (let i = 0; i < count; i++) record.bytes(i % 2 === 0 ? 'up' : 'down', Uint8Array.of(i & 255), i * 2);
    let skipped: unknown;
    const seen: number[] = [];
    const empty = () => new Uint8Array(0);
    record.write(
      {
        opened: (_at, before) => {
          skipped = before;
          return empty();
        },
        data: (_direction, bytes) => {
          seen.push(...bytes);
          return empty();
        },
        continued: empty,
        fin: empty,
        failed: empty,
        ended: empty,
      },
      'killed',
      0,
    );
    expect(seen).toEqual(
      Array.from({ length: FLIGHT_EVENTS_MAX }, (_, i) => (count - FLIGHT_EVENTS_MAX + i) & 255),
    );
    expect(skipped).toEqual({ up: FLIGHT_EVENTS_MAX, down: FLIGHT_EVENTS_MAX });
  });

  it('leaves only the newest files where only some may stay', async () => {
    const world = new TeeWorld();
    const plan = planIn(world, 1024, 2);
    for (let i = 0; i < 4; i++) {
      const { up, end } = world.connect(plan);
      up.next(chunkOf('x'));
      end('killed');
      await world.names();
    }
    expect(await world.names()).toEqual(['010000000003.pcapng', '010000000004.pcapng']);
  });

  it('says so when the file cannot be written', async () => {
    const world = new TeeWorld();
    const plan = { ...planIn(world), file: world.path('missing/{connection}') };
    const { up, end, failures } = world.connect(plan);
    up.next(chunkOf('x'));
    end('killed');
    await world.names();
    expect(failures).toEqual([expect.stringMatching(/^flight_recorder: .*stopped after 0 bytes: ENOENT/)]);
  });

  it('gives its memory back, however the connection ends', async () => {
    const world = new TeeWorld();
    for (const reason of ['client-fin', 'killed'] as const) {
      const { up, end } = world.connect(planIn(world));
      up.next(chunkOf('x'));
      expect(reserveFlightMemory(FLIGHTS_BYTES_MAX)).toBe(false);
      end(reason);
      await world.names();
      expect(reserveFlightMemory(FLIGHTS_BYTES_MAX), reason).toBe(true);
      releaseFlightMemory(FLIGHTS_BYTES_MAX);
    }
  });

  it('writes few files at once, however many connections end at the same time', () => {
    const started: (() => void)[] = [];
    for (let i = 0; i < 10; i++) writeFlight(0, (done) => void started.push(done));
    expect(started).toHaveLength(FLIGHTS_WRITTEN_MAX);
    for (let i = 0; i < 10; i++) started[i]?.();
    expect(started).toHaveLength(10);
  });
});
