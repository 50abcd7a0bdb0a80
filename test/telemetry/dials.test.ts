import { describe, expect, it } from 'vitest';
import type { StateVisit } from '../../src/core/facts.ts';
import { attemptsByVisit } from '../../src/telemetry/dials.ts';
import { aClosedFact } from './samples.ts';

const visit = (from: number, to: number): StateVisit => ({ state: 'dialing', from, to });
const attempt = (from: number, to: number) => ({ backend: 0, from, to, error: '' });

describe('attempts to dial', () => {
  it('belong to the stay in which they began, one each', () => {
    const visits = [visit(0, 10), visit(10, 20)];
    const attempts = [attempt(0, 10), attempt(10, 20)];
    const byVisit = attemptsByVisit(aClosedFact({ visits, attempts }));
    expect(visits.map((v) => byVisit.get(v))).toEqual([[attempts[0]], [attempts[1]]]);
  });

  it('are told apart even where a refusal took no time', () => {
    const visits = [visit(5, 5), visit(5, 5), visit(5, 9)];
    const attempts = [attempt(5, 5), attempt(5, 5), attempt(5, 9)];
    const byVisit = attemptsByVisit(aClosedFact({ visits, attempts }));
    expect(visits.map((v) => byVisit.get(v))).toEqual(attempts.map((a) => [a]));
  });

  it('leave a stay without one where no backend was eligible', () => {
    const visits = [visit(0, 1), visit(2, 9)];
    const attempts = [attempt(2, 9)];
    const byVisit = attemptsByVisit(aClosedFact({ visits, attempts }));
    expect(visits.map((v) => byVisit.get(v))).toEqual([undefined, attempts]);
  });

  it('are all with the last stay where there are more of them, and nowhere without any', () => {
    const visits = [visit(0, 9)];
    const attempts = [attempt(0, 1), attempt(1, 2)];
    expect(attemptsByVisit(aClosedFact({ visits, attempts })).get(visits[0] as StateVisit)).toEqual(attempts);
    expect(attemptsByVisit(aClosedFact({ visits: [], attempts })).size).toBe(0);
  });
});
