import { expect, it } from 'vitest';
import { Collection } from '../../src/toxiproxy/collection.ts';
import { planOf } from '../control/plans.ts';
import { FakeService } from './fake-service.ts';

const LATENCY = { type: 'latency', attributes: { latency: 5 } };

it('forgets the toxics of a listener that a reload took away, and keeps those of the others', async () => {
  const [both, one] = [planOf({ web: '127.0.0.1:1', db: '127.0.0.1:2' }), planOf({ web: '127.0.0.1:1' })];
  const service = new FakeService(both);
  const collection = new Collection(service);
  await collection.addToxic('web', LATENCY);
  await collection.addToxic('db', LATENCY);

  service.base = one;
  collection.forgetGone();
  service.base = both;

  expect(collection.get('web').toxics).toHaveLength(1);
  expect(collection.get('db').toxics).toEqual([]);
});
