import { afterEach, describe, expect, test } from 'vitest';
import { describeHalfClosed } from './half-closed.ts';
import { reach } from './reach.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

describeHalfClosed('client');

describe('half-closed-client: straight from dialing', () => {
  test('a request with FIN at once, answered late and at length, is answered whole', async () => {
    const world = await World.open({ link: { latencyToServerMs: 30, latencyToClientMs: 30 } });
    const client = world.connect();
    client.write(bytesOf(200));
    client.end();
    world.run(250);
    expect([world.state(), world.backend().receivedBytes, seen(world.backend())]).toEqual([
      'half-closed-client',
      200,
      'fin',
    ]);
    world.run(2000);
    world.backend().write(bytesOf(5_000_000));
    world.backend().end();
    world.run(10_000);
    expect(Buffer.compare(client.received, bytesOf(5_000_000))).toBe(0);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', bytesUp: 200, bytesDown: 5_000_000 });
    expect(world.path()).not.toContain('streaming');
  });

  test('its own deadline runs from the join', async () => {
    const { world, client } = await reach('dialing');
    client.end();
    world.run(5);
    world.backendRule(1, null);
    world.run(5000);
    expect(world.state()).toBe('half-closed-client');
    world.run(500);
    expect(world.closed()).toMatchObject({ reason: 'half-closed-timeout', during: 'half-closed-client' });
  });

  test('it can be idle too', async () => {
    const { world, client } = await reach('dialing', { timeouts: { idleMs: 600, halfClosedMs: 0 } });
    client.end();
    world.backendRule(1, null);
    world.run(1100);
    expect(world.closed()).toMatchObject({ reason: 'idle-timeout', during: 'half-closed-client' });
  });
});
