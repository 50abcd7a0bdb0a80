import { expect, test } from 'vitest';
import { LocalShard } from '../../src/control/local-shard.ts';
import type { Fact } from '../../src/core/facts.ts';
import { readWord } from '../../src/core/shard-words.ts';
import { HEALTHY } from '../../src/core/upstream-table.ts';
import { createMemoryPlane, MemoryNetwork } from '../../src/plane/memory/index.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import { allocateRegions, upstreamTableOf, wordsOf } from '../../src/shared-memory/index.ts';
import { planOf } from './plans.ts';

test('the shard on the main thread goes through the steps of a plan, drains and stops', async () => {
  const regions = allocateRegions({ shards: 1, connections: 10, countersLength: COUNTERS.length });
  const network = new MemoryNetwork({ seed: 1 });
  const plane = createMemoryPlane(network, {
    onObserverError: (error) => {
      throw error;
    },
  });
  const facts: Fact[] = [];
  const shard = new LocalShard(regions, plane, (fact) => void facts.push(fact));
  const words = wordsOf(regions, 0);
  const plan = planOf({ edge: '10.0.0.1:80' }, { web: ['10.0.1.1:80'] }, 'workers: 0');
  const table = upstreamTableOf(regions);
  table.setHealth(0, HEALTHY);
  table.setWeight(0, 1);
  network.serve({ kind: 'tcp', host: '10.0.1.1', port: 80 }, () => {});
  await shard.start();
  expect(shard.state).toBe('starting');

  expect(await inTime(shard.prepare(plan, {}))).toEqual({ edge: '10.0.0.1:80' });
  await inTime(shard.abort(plan.version));
  await inTime(shard.prepare(plan, {}));
  await inTime(shard.commit(plan.version));
  shard.serve();
  await shard.settled();
  await shard.catchUp();
  expect(shard.state).toBe('running');
  expect(readWord(words, 'VERSION')).toBe(plan.version);

  network.connect({ kind: 'tcp', host: '10.0.0.1', port: 80 });
  network.runUntil(() => readWord(words, 'CONNECTIONS') === 1, network.now() + 100);
  expect(readWord(words, 'CONNECTIONS')).toBe(1);
  await inTime(shard.stopAccepting());
  expect(shard.state).toBe('stopping');
  shard.cut();
  await inTime(shard.empty());
  expect(facts.at(-1)).toMatchObject({ kind: 'closed' });
  await shard.close();
  expect(shard.state).toBe('stopped');
  await plane.close();

  /** Runs the network until a promise has settled. */
  async function inTime<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => {
      isDone = true;
    });
    for (let turns = 0; turns < 1_000 && !isDone; turns++) {
      network.runUntil(() => false, network.now() + 10);
      await Promise.resolve();
    }
    expect(isDone).toBe(true);
    return done;
  }
});
