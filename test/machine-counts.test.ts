import { afterEach, describe, expect, it } from 'vitest';
import type { TransitionCount } from '../src/core/machine-counts.ts';
import { MACHINE_ENGINES } from '../src/core/plan.ts';
import { STATES } from '../src/core/state.ts';
import { actorCounts, connectionCounts } from '../src/machine-counts.ts';
import { CONNECTION_TRANSITIONS } from '../src/shard-counters.ts';
import { closeWorlds, World } from './connection/world.ts';

afterEach(closeWorlds);

function countsOf({ layout, cells }: World, listener: number | null = null) {
  const { states, transitions } = connectionCounts(layout, [cells], CONNECTION_TRANSITIONS, listener);
  return { states, transitions: transitions as readonly TransitionCount[] };
}

/** The transitions that were taken, as `from event to: times`. */
function taken(world: World): string[] {
  return countsOf(world)
    .transitions.filter((one) => one.taken > 0)
    .map((one) => `${one.from} ${one.event} ${one.to}: ${one.taken}`);
}

describe('the counts of the chart of a connection', () => {
  it.each(MACHINE_ENGINES)(
    'have each transition that was taken, run by the %s engine',
    async (machineEngine) => {
      const world = await World.open({ machineEngine, backends: 2 });
      world.backendRule(0, { connect: 'refused' });
      const clients = [world.connect(), world.connect('10.0.2.2')];
      world.run(3000);
      expect(taken(world)).toEqual([
        'accepting admitted sniffing: 2',
        'sniffing sniffed routing: 2',
        'routing routed dialing: 2',
        'dialing dialed streaming: 2',
        'dialing dial.failed dialing: 1',
      ]);
      clients[0]?.end();
      world.kill(1);
      world.run(1000);
      expect(taken(world)).toContain('streaming client.fin half-closed-client: 1');
      expect(taken(world)).toContain('streaming kill draining: 1');
    },
  );

  it('enter each state as often as the state counts it', async () => {
    const world = await World.open({ backends: 2 });
    world.backendRule(0, { connect: 'black-hole' });
    for (let client = 0; client < 8; client++) {
      const peer = world.connect(`10.0.2.${client}`);
      world.run(client * 100);
      if (client % 3 === 0) peer.reset();
      if (client % 3 === 1) peer.end();
    }
    world.run(10_000);
    for (const index of world.ids.keys()) world.kill(index);
    world.run(10_000);
    const { states, transitions } = countsOf(world);
    for (const state of STATES.slice(1)) {
      const into = transitions.filter(({ to }) => to === state).reduce((sum, one) => sum + one.taken, 0);
      expect(into, state).toBe(states[state]?.entered);
    }
    expect(states['closed']?.entered).toBe(8);
  });

  it('are of one listener where one is named, and of all those there were otherwise', async () => {
    const world = await World.open();
    world.connect();
    world.run(1000);
    const { layout, cells } = world;
    const dials = CONNECTION_TRANSITIONS.findIndex(
      ({ event, to }) => event === 'routed' && to?.includes('dialing'),
    );
    for (const listener of [1, layout.former]) {
      cells[layout.taken(listener, dials)] = 10;
      cells[layout.transition(listener, STATES.indexOf('dialing'))] = 10;
    }
    cells[layout.accepted(1)] = 10;
    const dialsIn = (listener: number | null) => {
      const { states, transitions } = countsOf(world, listener);
      const routed = transitions.find(({ event, to }) => event === 'routed' && to === 'dialing');
      return [routed?.taken, states['dialing']?.entered, states['streaming']?.live];
    };
    expect(dialsIn(0)).toEqual([1, 1, 1]);
    expect(dialsIn(1)).toEqual([10, 10, 0]);
    expect(dialsIn(2)).toEqual([0, 0, 0]);
    expect(dialsIn(null)).toEqual([21, 21, 1]);
  });

  it('name each transition once, none out of the end', async () => {
    const { transitions } = countsOf(await World.open());
    const names = transitions.map(({ from, event, to }) => `${from} ${event} ${to}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('half-closed-client deadline.half_closed draining');
    expect(names.filter((name) => name.startsWith('closed'))).toEqual([]);
    expect(transitions.every(({ taken }) => taken === 0)).toBe(true);
  });

  it('are of no other chart', () => {
    expect(actorCounts(['running', 'running'])).toEqual({
      states: { running: { live: 2, entered: null } },
      transitions: null,
    });
  });
});
