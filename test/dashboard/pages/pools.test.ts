import { describe, expect, it } from 'vitest';
import { spellsOf } from '../../../dashboard/src/pages/pools/history.ts';
import type { BackendChangeKind } from '../../../src/core/backend-history.ts';

const note = (time: number, kind: BackendChangeKind, from: string, to: string, backend = 'a') => ({
  time,
  backend,
  kind,
  from,
  to,
  detail: '',
});
const A = { name: 'a', health: 'healthy', circuit: 'closed' };

describe('the strip of a backend', () => {
  it('is one colour where nothing has changed', () => {
    expect(spellsOf(A, { changes: [note(5, 'health', 'healthy', 'unhealthy', 'b')] }, 0, 10)).toEqual([
      { from: 0, to: 10, condition: 'healthy' },
    ]);
  });

  it('begins with what was before the first change, and has no gaps', () => {
    const changes = [
      note(2, 'health', 'unknown', 'healthy'),
      note(4, 'circuit', 'closed', 'open'),
      note(6, 'circuit', 'open', 'half-open'),
      note(7, 'circuit', 'half-open', 'closed'),
      note(8, 'health', 'healthy', 'unhealthy'),
    ];
    expect(spellsOf(A, { changes }, 0, 10).map(({ from, to, condition }) => [from, to, condition])).toEqual([
      [0, 2, 'unknown'],
      [2, 4, 'healthy'],
      [4, 6, 'ejected'],
      [6, 7, 'trial'],
      [7, 8, 'healthy'],
      [8, 10, 'unhealthy'],
    ]);
  });

  it('keeps to its time where changes are older or newer', () => {
    const changes = [note(2, 'health', 'unknown', 'healthy'), note(12, 'health', 'healthy', 'unhealthy')];
    expect(spellsOf(A, { changes }, 5, 10)).toEqual([{ from: 5, to: 10, condition: 'healthy' }]);
  });
});
