import { afterEach, describe, expect, test } from 'vitest';
import { describeHalfClosed } from './half-closed.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

describeHalfClosed('backend');

describe('half-closed-backend: a backend that speaks first and finishes at once', () => {
  test('the client gets all of it and may still send at length', async () => {
    const world = await World.open({
      serve: (peer) => {
        peer.write(bytesOf(1000));
        peer.end();
      },
    });
    const client = world.connect();
    world.run(20);
    expect([world.state(), client.receivedBytes, seen(client)]).toEqual(['half-closed-backend', 1000, 'fin']);
    world.run(2000);
    client.write(bytesOf(3_000_000));
    client.end();
    world.run(100);
    expect(Buffer.compare(world.backend().received, bytesOf(3_000_000))).toBe(0);
    expect(world.closed()).toMatchObject({ reason: 'backend-fin', bytesUp: 3_000_000, bytesDown: 1000 });
  });
});
