import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { encoderOf } from '../../src/capture/index.ts';
import { CaptureKeeper } from '../../src/control/capture-keeper.ts';
import {
  CAPTURES_MAX,
  type Capture,
  type CaptureRequest,
  ENDED_CAPTURES_MAX,
} from '../../src/core/capture-control.ts';
import { SluiceError } from '../../src/core/errors.ts';
import type { TeePlan } from '../../src/core/tee-plan.ts';
import { readPcapng } from '../capture/reader.ts';
import { captured } from '../capture/samples.ts';
import { VirtualTimers } from '../stream/virtual-timers.ts';
import { later } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { tempDir } from '../support/temp.ts';

const STEP_MS = 50;
const FOR_MS = 3_000;
const REQUEST: CaptureRequest = {
  target: { listener: 'edge' },
  filter: { clients: [], routes: [] },
  forMs: FOR_MS,
  bytesMax: 1_000_000,
  snapBytes: 65_535,
};
const encoder = encoderOf('pcapng', { snapBytes: 65_535 });

function world() {
  const directory = tempDir();
  vi.stubEnv('TMPDIR', directory);
  later(() => void vi.unstubAllEnvs());
  const timers = new VirtualTimers();
  const standing = new Map<string, TeePlan>();
  let isGone = false;
  const mustBe = (): void => {
    if (isGone) throw new SluiceError('STAGE_TARGET_UNKNOWN', 'gone');
  };
  const keeper = new CaptureKeeper({
    timers,
    stages: {
      put: async (_target, name, stage) => {
        mustBe();
        standing.set(name, stage as TeePlan);
        return 'added';
      },
      remove: async (_target, name) => {
        mustBe();
        return standing.delete(name);
      },
      list: async () => {
        mustBe();
        return [...standing].map(([name, stage]) => ({ name, stage }));
      },
    },
  });
  return {
    keeper,
    timers,
    standing,
    lose: () => {
      isGone = true;
    },
    left: () => readdirSync(directory).map((name) => join(directory, name)),
    /** A shard writes its file: a connection with so many bytes. */
    write: (shard: string, number: number, bytes = 1) => {
      const [plan] = standing.values();
      const connection = encoder.connection(captured(number));
      const at = timers.now();
      const records = [
        encoder.begin(at),
        connection.opened(at),
        connection.data('up', new Uint8Array(bytes), at),
      ];
      writeFileSync((plan as TeePlan).file.replace('{shard}', shard), Buffer.concat(records));
    },
    /** Time passes until this is so. */
    until: (is: () => boolean) =>
      eventually(() => {
        timers.advanceTo(timers.now() + STEP_MS);
        return is();
      }, 'it'),
  };
}

/** Reads a capture as its client does. */
function read(capture: Capture) {
  const reading = { bytes: 0, pieces: [] as Uint8Array[], isOver: false };
  const run = async (): Promise<void> => {
    for await (const piece of capture.bytes) {
      reading.pieces.push(piece);
      reading.bytes += piece.length;
    }
    reading.isOver = true;
    await capture.close();
  };
  void run();
  return reading;
}

describe('a capture', () => {
  test('hands out what all shards write while it comes, as one section, until its time is over', async () => {
    const { keeper, write, until, left, timers, standing } = world();
    const capture = await keeper.start(REQUEST);
    expect([...standing]).toMatchObject([[`capture-${capture.id}`, { kind: 'tee', per: 'listener' }]]);
    expect(left().map((name) => statSync(name).mode & 0o777)).toEqual([0o700]);
    const reading = read(capture);
    write('00', 1);
    await until(() => reading.pieces.length > 1);
    expect([capture.end, timers.now() < FOR_MS]).toEqual([null, true]);
    write('01', 2);
    await until(() => reading.isOver);
    expect([capture.end, timers.now() >= FOR_MS, standing.size]).toEqual(['time', true, 0]);
    const { packets, nics } = readPcapng(Buffer.concat(reading.pieces));
    expect([nics.length, packets.length]).toEqual([2, 2 * (6 + 4)]);
    await until(() => left().length === 0);
  });

  test('ends before it has more bytes than it may', async () => {
    const { keeper, write, until, standing } = world();
    const capture = await keeper.start({ ...REQUEST, bytesMax: 20_000 });
    const reading = read(capture);
    write('00', 1, 100_000);
    await until(() => reading.isOver && standing.size === 0);
    expect([capture.end, keeper.get(capture.id)?.end]).toEqual(['bytes', 'bytes']);
    expect(reading.bytes).toBeLessThanOrEqual(20_000);
    expect(readPcapng(Buffer.concat(reading.pieces)).packets.length).toBeGreaterThan(10);
  });

  test('ends with its target, and hands out what there is', async () => {
    const { keeper, write, until, lose } = world();
    const capture = await keeper.start({ ...REQUEST, target: { connection: 7 } });
    const reading = read(capture);
    write('00', 1);
    lose();
    await until(() => reading.isOver);
    expect(capture.end).toBe('gone');
    expect(readPcapng(Buffer.concat(reading.pieces)).packets).toHaveLength(6 + 4);
  });

  test('ends when somebody ends it, or takes its stage away', async () => {
    const { keeper, until, standing } = world();
    const [one, other] = [await keeper.start(REQUEST), await keeper.start(REQUEST)];
    const readings = [read(one), read(other)];
    expect(keeper.list().map(({ id }) => id)).toEqual([one.id, other.id]);
    expect([keeper.stop(one.id), keeper.stop(one.id), keeper.stop('none')]).toEqual([true, false, false]);
    standing.delete(`capture-${other.id}`);
    await until(() => readings.every(({ isOver }) => isOver));
    expect([one.end, other.end, keeper.list()]).toEqual(['asked', 'asked', []]);
  });

  test('ends with the service, which leaves no files', async () => {
    const { keeper, write, left } = world();
    const capture = await keeper.start(REQUEST);
    const reading = read(capture);
    write('00', 1);
    await keeper.end();
    await eventually(() => reading.isOver, 'its end');
    expect(capture.end).toBe('service-end');
    expect(readPcapng(Buffer.concat(reading.pieces)).packets).toHaveLength(6 + 4);
    await keeper.close();
    expect(left()).toEqual([]);
    await expect(keeper.start(REQUEST)).rejects.toMatchObject({ code: 'CAPTURE_REFUSED' });
  });

  test('is read by nobody any more: its tee goes, and its files', async () => {
    const { keeper, write, left, standing } = world();
    const capture = await keeper.start(REQUEST);
    write('00', 1);
    await capture.close();
    expect([left(), standing.size, keeper.list()]).toEqual([[], 0, []]);
  });
});

describe('captures', () => {
  test('are refused where there are as many as can be, until one has ended', async () => {
    const { keeper } = world();
    const captures = await Promise.all(Array.from({ length: CAPTURES_MAX }, () => keeper.start(REQUEST)));
    await expect(keeper.start(REQUEST)).rejects.toMatchObject({ code: 'CAPTURE_REFUSED' });
    await captures[0]?.close();
    await expect(keeper.start(REQUEST)).resolves.toMatchObject({ end: null });
    await keeper.close();
  });

  test('are remembered with why they have ended, as many as can be, the last ones', async () => {
    const { keeper } = world();
    const ids: string[] = [];
    for (let made = 0; made <= ENDED_CAPTURES_MAX; made++) {
      const capture = await keeper.start(REQUEST);
      ids.push(capture.id);
      expect(keeper.get(capture.id)?.end).toBeNull();
      await capture.close();
    }
    const [first = '', second = ''] = ids;
    expect(keeper.get(second)).toMatchObject({ id: second, end: 'asked' });
    expect([keeper.get(first), keeper.get('none')]).toEqual([null, null]);
  });

  test('of what is not there are refused, and leave nothing', async () => {
    const { keeper, lose, left } = world();
    lose();
    await expect(keeper.start(REQUEST)).rejects.toMatchObject({ code: 'STAGE_TARGET_UNKNOWN' });
    expect([left(), keeper.list()]).toEqual([[], []]);
  });

  test('copy only the connections that a filter means', async () => {
    const { keeper, standing } = world();
    const filter = { clients: [{ bytes: [10, 0, 0, 0], bits: 8 }], routes: [] };
    await keeper.start({ ...REQUEST, filter });
    expect([...standing.values()]).toMatchObject([{ only: filter }]);
    await keeper.close();
  });
});
