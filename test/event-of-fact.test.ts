import { describe, expect, it } from 'vitest';
import { eventOfFact } from '../src/event-of-fact.ts';
import { planOf } from './connection/plan.ts';
import { aClosedFact } from './telemetry/samples.ts';

describe('the event of a connection that has ended', () => {
  it('tells by its error how a peer was lost, and names the place by the plan', () => {
    const fact = aClosedFact({ reason: 'backend-reset', error: 'ETIMEDOUT' });
    expect(eventOfFact(fact, planOf({}), 7)).toMatchObject({
      id: 7,
      kind: 'closed',
      connection: '010200000003',
      listener: 'edge',
      pool: 'pool0',
      backend: 'b0',
      data: { reason: 'backend-reset', error: 'ETIMEDOUT' },
    });
  });
});
