import { describe, expect, it } from 'vitest';
import { connectionId } from '../../src/core/connection-id.ts';
import { CAPTURE_FORMATS } from '../../src/core/tee-plan.ts';
import { buildStages } from '../../src/stream/index.ts';
import { readPcapng, readSegment } from '../capture/reader.ts';
import { NOON } from '../capture/samples.ts';
import { readStreams } from '../capture/tcp-reader.ts';
import { chunkOf } from './chunks.ts';
import { stageContract } from './contract.ts';
import { freshPaths } from './tee-directory.ts';
import { TeeWorld, teeTo } from './tee-world.ts';

const CONNECTION = '010000000001';

const freshPath = freshPaths();
for (const format of CAPTURE_FORMATS)
  stageContract(`tee as ${format}`, (env) => {
    const file = `${freshPath()}-{connection}`;
    const [stage] = buildStages([{ kind: 'tee', file, format }], 'up', {
      ...env,
      connection: connectionId(1, 0, 1),
      listener: 'edge',
      openedAt: NOON,
      failed: (_stage, message) => expect.fail(message),
    });
    return stage!;
  });

describe('a tee of both directions', () => {
  it('jsonl: has what came in the order in which it came, with time, direction and bytes, from open to close', async () => {
    const world = new TeeWorld();
    const { up, down, end } = world.connect(teeTo(world, '{connection}.jsonl'));
    up.next(chunkOf('hello'));
    world.wait(1.5);
    down.next(chunkOf('\u0000\xff'));
    up.next(chunkOf('bye'));
    up.complete();
    down.error(new Error('backend-reset'));
    end('backend-reset');
    const lines = await world.lines(`${CONNECTION}.jsonl`);
    const said = lines.map(({ time, connection: _connection, ...rest }) => [time, rest]);
    const [at, later] = ['2026-01-31T12:00:00.000000Z', '2026-01-31T12:00:00.001500Z'];
    expect(said.slice(1)).toEqual([
      [at, { event: 'data', direction: 'up', length: 5, bytes: 'aGVsbG8=' }],
      [
        later,
        { event: 'data', direction: 'down', length: 3, bytes: Buffer.from('\u0000\xff').toString('base64') },
      ],
      [later, { event: 'data', direction: 'up', length: 3, bytes: 'Ynll' }],
      [later, { event: 'fin', direction: 'up' }],
      [later, { event: 'reset', direction: 'down', reason: 'backend-reset' }],
      [later, { event: 'close', reason: 'backend-reset' }],
    ]);
    expect(lines[0]).toEqual({
      time: at,
      event: 'open',
      connection: CONNECTION,
      listener: 'edge',
      route: 'edge/0',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      opened: at,
      client: { peer: '203.0.113.9:40001', own: '192.0.2.1:443' },
      backend: { peer: '10.0.1.1:9000', own: '10.0.0.1:30001' },
      decrypted: false,
    });
  });

  it('hex: shows bytes as hexdump -C does, each direction with its own offsets', async () => {
    const world = new TeeWorld();
    const { up, down, end } = world.connect(teeTo(world, '{connection}.hex', { format: 'hex' }));
    up.next(chunkOf('GET / HTTP/1.1\r\n\r\n'));
    down.next(chunkOf('no'));
    up.next(chunkOf('x'));
    up.complete();
    down.complete();
    end('client-fin');
    const text = (await world.read(`${CONNECTION}.hex`)).toString();
    const prefix = `2026-01-31T12:00:00.000000Z ${CONNECTION}`;
    expect(text.slice(text.indexOf(`${prefix} up >`)).split('\n')).toEqual([
      `${prefix} up > 18 bytes`,
      '00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|',
      '00000010  0d 0a                                             |..|',
      `${prefix} down < 2 bytes`,
      '00000000  6e 6f                                             |no|',
      `${prefix} up > 1 bytes`,
      '00000012  78                                                |x|',
      `${prefix} up > FIN`,
      `${prefix} down < FIN`,
      `${prefix} close: client-fin`,
      '',
    ]);
    expect(text).toContain(`${prefix} open\n  connection ${CONNECTION}\n  listener edge\n`);
  });

  it('pcapng: has both legs', async () => {
    const world = new TeeWorld();
    const { up, down, end } = world.connect(teeTo(world, '{connection}.pcapng', { format: 'pcapng' }));
    up.next(chunkOf('question'));
    down.next(chunkOf('answer'));
    up.complete();
    down.complete();
    end('client-fin');
    const { packets } = readPcapng(await world.read(`${CONNECTION}.pcapng`));
    const streams = [...readStreams(packets.map(readSegment)).values()];
    const texts = ['question', 'answer', 'question', 'answer'];
    expect(streams.map(({ bytes, end: how }) => [bytes.toString(), how])).toEqual(
      texts.map((text) => [text, 'fin']),
    );
    expect(packets[0]?.at).toBe(NOON * 1000);
  });

  it('copies only the direction that was asked for', async () => {
    const world = new TeeWorld();
    const { up, down, end } = world.connect(teeTo(world, '{connection}', { direction: 'down' }));
    up.next(chunkOf('up'));
    down.next(chunkOf('down'));
    end('killed');
    const events = (await world.lines(CONNECTION)).map(({ event, direction }) => [event, direction]);
    expect(events).toEqual([
      ['open', undefined],
      ['data', 'down'],
      ['close', undefined],
    ]);
  });

  it('makes no file for a connection on which nothing happens', async () => {
    const world = new TeeWorld();
    world.connect(teeTo(world, '{connection}')).end('idle-timeout');
    expect(await world.names()).toEqual([]);
  });

  it('takes a stage that is taken away for no end of the connection', async () => {
    const world = new TeeWorld();
    const { up, end } = world.connect(teeTo(world, '{connection}'));
    up.next(chunkOf('x'));
    up.error(new Error('something else'));
    end('client-fin');
    expect((await world.lines(CONNECTION)).map(({ event }) => event)).toEqual(['open', 'data', 'close']);
  });
});

describe('a tee per listener', () => {
  it('has all connections in one file, in the order in which their bytes came, and stays open between them', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, '{listener}.{shard}.jsonl', { per: 'listener' });
    const [one, two] = [world.connect(plan), world.connect(plan)];
    one.up.next(chunkOf('1'));
    two.up.next(chunkOf('2'));
    one.down.next(chunkOf('3'));
    one.end('client-fin');
    two.end('client-fin');
    const three = world.connect(plan);
    three.up.next(chunkOf('4'));
    three.end('client-fin');
    const lines = await world.lines('edge.01.jsonl');
    const data = lines.filter(({ event }) => event === 'data');
    expect(
      data.map(({ connection, bytes }) => [connection, Buffer.from(String(bytes), 'base64').toString()]),
    ).toEqual([
      ['010000000001', '1'],
      ['010000000002', '2'],
      ['010000000001', '3'],
      ['010000000003', '4'],
    ]);
    expect(lines.filter(({ event }) => event === 'open')).toHaveLength(3);
  });

  it('says nothing of a connection on which nothing has happened', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, 'all', { per: 'listener' });
    const [spoken, silent] = [world.connect(plan), world.connect(plan)];
    spoken.up.next(chunkOf('x'));
    silent.end('idle-timeout');
    spoken.end('killed');
    const ids = new Set((await world.lines('all')).map(({ connection }) => connection));
    expect([...ids]).toEqual(['010000000001']);
  });

  it('has one section header and two interfaces for many connections', async () => {
    const world = new TeeWorld();
    const plan = teeTo(world, 'x-{start}', { per: 'listener', format: 'pcapng' });
    for (let i = 0; i < 3; i++) {
      const { up, end } = world.connect(plan);
      up.next(chunkOf(`bytes ${i}`));
      end('killed');
      world.wait(10);
    }
    const [name, ...more] = await world.names();
    expect([name, more]).toEqual(['x-20260131T120000.000Z', []]);
    const { nics, packets } = readPcapng(await world.read(name!));
    expect(nics).toHaveLength(2);
    expect(readStreams(packets.map(readSegment)).size).toBe(12);
  });
});
