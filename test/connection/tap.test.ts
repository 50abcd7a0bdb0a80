import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { formatConnectionId } from '../../src/core/connection-id.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import type { TeePlan } from '../../src/core/tee-plan.ts';
import { flushTees } from '../../src/stream/index.ts';
import { readPcapng, readSegment } from '../capture/reader.ts';
import { readStreams } from '../capture/tcp-reader.ts';
import { tempDir } from '../support/temp.ts';
import { reach } from './reach.ts';
import { bytesOf, closeWorlds, World } from './world.ts';

afterEach(closeWorlds);

type Line = Readonly<Record<string, unknown>>;

function jsonlIn(directory: string, pieces: Partial<TeePlan> = {}): TeePlan {
  return { kind: 'tee', file: join(directory, '{connection}'), format: 'jsonl', ...pieces };
}

async function filesIn(directory: string): Promise<Buffer[]> {
  expect(await flushTees(10_000)).toBe(0);
  return Promise.all(readdirSync(directory).map((name) => readFile(join(directory, name))));
}

async function linesIn(directory: string): Promise<Line[]> {
  const [file] = await filesIn(directory);
  return (file?.toString() ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** What happened behind the opening, with chunks that follow one another joined. */
function storyOf(lines: readonly Line[]): string[] {
  const story: string[] = [];
  let last = '';
  for (const { event, direction, bytes, reason } of lines.slice(1)) {
    const text = Buffer.from(String(bytes), 'base64').toString();
    const isMore = event === 'data' && direction === last;
    if (isMore) story.push(story.pop() + text);
    else story.push(event === 'data' ? `${direction} ${text}` : `${event} ${direction ?? reason}`);
    last = event === 'data' ? String(direction) : '';
  }
  return story;
}

describe('a tee of a connection', () => {
  test('has both directions in the order in which bytes arrived, by the clock of the plane', async () => {
    const directory = tempDir();
    const { world, client, backend } = await reach('streaming', { stages: [jsonlIn(directory)] });
    for (let turn = 0; turn < 5; turn++) {
      client.write(Buffer.from(`question ${turn}`));
      world.run(20);
      backend.write(Buffer.from(`answer ${turn}`));
      world.run(20);
    }
    client.end();
    world.run(10);
    backend.end();
    world.run(2000);
    const lines = await linesIn(directory);
    expect(storyOf(lines)).toEqual([
      ...[0, 1, 2, 3, 4].flatMap((turn) => [`up question ${turn}`, `down answer ${turn}`]),
      'fin up',
      'fin down',
      'close client-fin',
    ]);
    const times = lines.map(({ time }) => String(time));
    expect(times).toEqual(times.toSorted());
    const [first, fin] = ['data', 'fin'].map((event) => lines.find((line) => line['event'] === event));
    expect(Date.parse(String(fin?.['time'])) - Date.parse(String(first?.['time']))).toBe(200);
  });

  test('knows both legs, the route and the trace', async () => {
    const directory = tempDir();
    const { world, client } = await reach('streaming', { stages: [jsonlIn(directory)] });
    client.write(bytesOf(1));
    world.run(10);
    const { source, backend, traceId } = world.live();
    world.kill();
    world.run(2000);
    const [open] = await linesIn(directory);
    const client0 = source.kind === 'tcp' ? `${source.host}:${source.port}` : '';
    const own = backend?.local.kind === 'tcp' ? `${backend.local.host}:${backend.local.port}` : '';
    expect(open).toMatchObject({
      connection: formatConnectionId(world.ids[0]!),
      listener: 'edge',
      route: 'edge/0',
      trace_id: traceId,
      client: { peer: client0, own: '10.0.0.1:80' },
      backend: { peer: '10.0.1.1:9000', own },
    });
    expect(client0).toMatch(/^10\.0\.2\.1:\d+$/);
    expect(own).toMatch(/:\d+$/);
  });

  test.each([
    ['client', 'client-reset', ['up']],
    ['backend', 'backend-reset', ['down']],
  ] as const)(
    'a reset of the %s is told where it came, and the reason at the end',
    async (side, reason, resets) => {
      const directory = tempDir();
      const reached = await reach('streaming', { stages: [jsonlIn(directory)] });
      reached[side].write(bytesOf(1000));
      reached.world.run(10);
      reached[side].reset();
      reached.world.run(2000);
      const lines = await linesIn(directory);
      expect(lines.filter(({ event }) => event === 'reset').map(({ direction }) => direction)).toEqual(
        resets,
      );
      expect(lines.at(-1)).toMatchObject({ event: 'close', reason });
      expect(reached.world.closed().reason).toBe(reason);
    },
  );

  test('the same listener has one file for all connections, and a pcapng file holds each of their streams', async () => {
    const directory = tempDir();
    const plan = jsonlIn(directory, { file: join(directory, 'all'), format: 'pcapng', per: 'listener' });
    const world = await World.open({ stages: [plan] });
    const clients = Array.from({ length: 20 }, () => world.connect());
    world.run(5);
    for (const [index, client] of clients.entries()) client.write(bytesOf(3000 + index, index));
    world.run(20);
    for (const [index] of clients.entries()) world.backend(index).write(bytesOf(5000, 99));
    world.run(20);
    for (const client of clients) client.end();
    world.run(20);
    for (const [index] of clients.entries()) world.backend(index).end();
    world.run(2000);
    expect(world.closedFacts()).toHaveLength(20);
    const files = await filesIn(directory);
    expect(files).toHaveLength(1);
    const segments = readPcapng(files[0]!).packets.map(readSegment);
    const streams = [...readStreams(segments).values()];
    expect(streams).toHaveLength(4 * clients.length);
    const ups = streams.map(({ bytes }) => bytes.length).filter((length) => length < 5000);
    expect(ups.sort()).toEqual(clients.flatMap((_client, index) => [3000 + index, 3000 + index]).sort());
    expect(streams.every(({ end, isAcknowledged }) => end === 'fin' && isAcknowledged)).toBe(true);
  });
});

describe('a flight recorder of a connection', () => {
  const recorder = (directory: string): StagePlan => ({
    kind: 'flight_recorder',
    bytes: 4096,
    keep: 0,
    file: join(directory, '{connection}'),
  });

  test('writes what came last where the connection was cut', async () => {
    const directory = tempDir();
    const { world, client, backend } = await reach('streaming', { stages: [recorder(directory)] });
    client.write(bytesOf(100_000));
    world.run(20);
    backend.write(bytesOf(10));
    world.run(20);
    world.run(70_000);
    expect(world.closed().reason).toBe('idle-timeout');
    const [file] = await filesIn(directory);
    const { packets } = readPcapng(file!);
    const [up, down] = [...readStreams(packets.filter(({ nic }) => nic === 1).map(readSegment)).values()];
    expect(Buffer.compare(up!.bytes, bytesOf(100_000).subarray(-4096))).toBe(0);
    expect(Buffer.compare(down!.bytes, bytesOf(10))).toBe(0);
    expect(up?.end).toBe('reset');
  });

  test('writes nothing where both sides have finished', async () => {
    const directory = tempDir();
    const { world, client, backend } = await reach('streaming', { stages: [recorder(directory)] });
    client.write(bytesOf(1000));
    client.end();
    world.run(20);
    backend.end();
    world.run(2000);
    expect(world.closed().reason).toBe('client-fin');
    expect(await filesIn(directory)).toEqual([]);
  });
});

test('a connection without stages has no tap', async () => {
  const { world } = await reach('streaming');
  expect(world.live().tap).toBe(null);
});
