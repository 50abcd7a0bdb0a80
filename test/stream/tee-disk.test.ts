import { symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chunkOf } from './chunks.ts';
import { TeeWorld, teeTo } from './tee-world.ts';

const CONNECTION = '010000000001';

describe('what a tee leaves on the disk', () => {
  const PIECE = 'x'.repeat(1000);

  it('follows a file that has grown long by another, in which the connection is told of again', async () => {
    const world = new TeeWorld();
    const rotate = { sizeBytes: 3000, ageMs: 0, keep: 0 };
    const { up, end } = world.connect(teeTo(world, '{start}', { rotate }));
    for (let i = 0; i < 6; i++) {
      up.next(chunkOf(PIECE));
      world.wait(1000);
    }
    end('client-fin');
    const names = await world.names();
    expect(names).toEqual(['20260131T120000.000Z', '20260131T120002.000Z', '20260131T120004.000Z']);
    const first = await Promise.all(names.map(async (name) => (await world.lines(name))[0]?.['event']));
    expect(first).toEqual(['open', 'continued', 'continued']);
    const all = (await Promise.all(names.map((name) => world.lines(name)))).flat();
    expect(all.filter(({ event }) => event === 'data')).toHaveLength(6);
  });

  it('follows a file that has grown old', async () => {
    const world = new TeeWorld();
    const { up, end } = world.connect(
      teeTo(world, '{start}', { rotate: { sizeBytes: 0, ageMs: 5000, keep: 0 } }),
    );
    up.next(chunkOf('a'));
    world.wait(4999);
    up.next(chunkOf('b'));
    world.wait(1);
    up.next(chunkOf('c'));
    end('client-fin');
    expect(await world.names()).toEqual(['20260131T120000.000Z', '20260131T120005.000Z']);
  });

  it('removes its own oldest files where only some may stay, and none of anybody else', async () => {
    const world = new TeeWorld();
    writeFileSync(world.path('older'), '');
    const plan = teeTo(world, '{connection}', { rotate: { sizeBytes: 0, ageMs: 0, keep: 2 } });
    for (let i = 0; i < 5; i++) {
      const { up, end } = world.connect(plan);
      up.next(chunkOf(PIECE));
      end('client-fin');
      await world.names();
    }
    expect(await world.names()).toEqual(['010000000004', '010000000005', 'older']);
  });

  it('stops when it has as much as it may have, with whole records, says so once, and the bytes go on', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, '{connection}', { totalBytes: 5000 });
    const { up, passed, failures, end } = world.connect(plan);
    for (let i = 0; i < 10; i++) up.next(chunkOf(PIECE));
    end('client-fin');
    const lines = await world.lines(CONNECTION);
    expect(lines.filter(({ event }) => event === 'data')).toHaveLength(3);
    expect(failures).toEqual([
      expect.stringMatching(/^tee: .*010000000001: stopped: its tee has written all that it may/),
    ]);
    expect(passed.up).toBe(10_000);
  });

  it('counts only what is still on the disk', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, '{connection}', {
      rotate: { sizeBytes: 0, ageMs: 0, keep: 1 },
      totalBytes: 5000,
    });
    for (let i = 0; i < 10; i++) {
      const { up, end, failures } = world.connect(plan);
      up.next(chunkOf(PIECE));
      end('client-fin');
      await world.names();
      expect(failures).toEqual([]);
    }
  });

  it('says only once that it cannot write, however many files it had begun', async () => {
    const world = new TeeWorld();
    const rotate = { sizeBytes: 1, ageMs: 0, keep: 0 };
    const { up, failures } = world.connect(teeTo(world, 'missing/{connection}', { rotate }));
    for (let i = 0; i < 3; i++) up.next(chunkOf(PIECE));
    await world.names();
    expect(failures).toHaveLength(1);
  });

  it('never lets time go back in a file', async () => {
    const world = new TeeWorld();
    const { up, end } = world.connect(teeTo(world, '{connection}'));
    up.next(chunkOf('a'));
    world.wait(-1000);
    up.next(chunkOf('b'));
    end('client-fin');
    const times = new Set((await world.lines(CONNECTION)).map(({ time }) => time));
    expect([...times]).toEqual(['2026-01-31T12:00:00.000000Z']);
  });

  it('rotates raw files too: what follows one another is every byte', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, '{start}.{direction}', {
      format: 'raw',
      rotate: { sizeBytes: 10, ageMs: 0, keep: 0 },
    });
    const { up } = world.connect(plan);
    for (let i = 0; i < 30; i++) {
      up.next(chunkOf(String(i % 10)));
      world.wait(1);
    }
    up.complete();
    const names = await world.names();
    expect(names).toHaveLength(3);
    expect(Buffer.concat(await Promise.all(names.map((name) => world.read(name)))).toString()).toBe(
      '0123456789'.repeat(3),
    );
  });

  it('says once that a directory is missing, for both directions', async () => {
    const world = new TeeWorld();
    const { up, down, failures, passed, end } = world.connect(teeTo(world, 'missing/{connection}'));
    up.next(chunkOf('a'));
    await world.names();
    down.next(chunkOf('b'));
    end('client-fin');
    await world.names();
    expect(failures).toEqual([expect.stringMatching(/^tee: .*stopped after 0 bytes: ENOENT/)]);
    expect(passed).toEqual({ up: 1, down: 1 });
  });

  it('begins a listener’s file again when those that met a failure have ended', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, 'later/x', { per: 'listener' });
    const one = world.connect(plan);
    one.up.next(chunkOf('a'));
    await world.names();
    one.end('client-fin');
    symlinkSync(world.directory, world.path('later'));
    const two = world.connect(plan);
    two.up.next(chunkOf('b'));
    two.end('client-fin');
    expect(await world.names()).toEqual(['later', 'x']);
    expect([one.failures.length, two.failures.length]).toEqual([1, 0]);
  });
});
