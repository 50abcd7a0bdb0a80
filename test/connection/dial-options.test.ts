import { afterEach, describe, expect, test } from 'vitest';
import type { DialOptions } from '../../src/core/ports.ts';
import type { StagePlan } from '../../src/core/stage-plan.ts';
import type { MemoryEndpoint } from '../../src/plane/memory/endpoint.ts';
import { acceptedWith } from './accepted-as.ts';
import { routeTo } from './plan.ts';
import { bytesOf, closeWorlds, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const PASS: StagePlan = { kind: 'pass_through' };
const SNIFFING: WorldPieces = { routes: [routeTo('reset', { protocol: ['ssh'] }), routeTo(0)] };

/** Whether the backend of a client was dialed as one that is spoken to at once. */
async function spokenTo(pieces: WorldPieces, says: number, put: readonly StagePlan[] = []): Promise<boolean> {
  const world = await World.open(pieces);
  const stages = put.map((stage) => ({ name: stage.kind, stage, since: 0, revision: 1 }));
  if (stages.length > 0) void world.shard.stages.setListener('edge', stages);
  const client = world.connect();
  client.write(bytesOf(says));
  world.run(1000);
  expect(world.state()).toBe('streaming');
  const options: DialOptions = (world.live().backend as MemoryEndpoint).options;
  return options.speaksFirst === true;
}

/** As on Linux, where the kernel may have a client's bytes by the time it is accepted. */
const has = (unread: number): WorldPieces => ({
  parts: ({ plane }) => ({ plane: acceptedWith(plane, 'unread', unread) }),
});

describe('a backend is dialed as one that is spoken to as soon as it is connected', () => {
  test.each<[string, WorldPieces, number]>([
    ['the kernel has bytes of the client', has(7), 0],
    ['bytes of the client were sniffed', SNIFFING, 100],
    ['it gets a PROXY header', { connect: { proxyOut: { version: 1, tlvs: [] } } }, 0],
  ])('where %s', async (_name, pieces, says) => {
    expect(await spokenTo(pieces, says)).toBe(true);
  });

  test('where it gets a PROXY header, whatever the stages', async () => {
    const pieces: WorldPieces = { connect: { proxyOut: { version: 2, tlvs: [] } }, stages: [PASS] };
    expect(await spokenTo(pieces, 0, [PASS])).toBe(true);
  });
});

describe('a backend is dialed as any other', () => {
  test.each<[string, WorldPieces, readonly StagePlan[]]>([
    ['where the client says nothing', {}, []],
    ['where the client was sniffed and says nothing', SNIFFING, []],
    ['where a stage of the route may hold the bytes back', { ...has(7), stages: [PASS] }, []],
    ['where a stage put at run time may hold the bytes back', has(7), [PASS]],
  ])('%s', async (_name, pieces, put) => {
    expect(await spokenTo(pieces, 0, put)).toBe(false);
  });
});
