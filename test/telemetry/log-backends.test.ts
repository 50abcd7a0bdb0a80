import { describe, expect, it } from 'vitest';
import { linesOf } from './lines.ts';
import { OPENED, parsed } from './samples.ts';

const at = OPENED;
const WHERE = { time: new Date(OPENED).toISOString(), pool: 'web', backend: 'b' };

describe('the log of backends', () => {
  it('has one line for each change of health', async () => {
    const change = { kind: 'health', at, pool: 0, backend: 1, cause: 'ECONNREFUSED' } as const;
    const lines = await linesOf([
      { ...change, healthy: false },
      { ...change, healthy: true, cause: 'connected in 3 ms' },
    ]);
    expect(parsed(lines)).toEqual([
      { level: 'warn', event: 'backend.unhealthy', ...WHERE, cause: 'ECONNREFUSED' },
      { level: 'info', event: 'backend.healthy', ...WHERE, cause: 'connected in 3 ms' },
    ]);
  });

  it('has one line for each ejection and each return, with its time, and one where the pool cannot spare the backend', async () => {
    const change = { kind: 'ejection', at, pool: 0, backend: 1, cause: '5 in a row: refused' } as const;
    const lines = await linesOf([
      { ...change, change: 'ejected', ms: 10_000 },
      { ...change, change: 'returned', cause: 'its time has passed', ms: 10_100 },
      { ...change, change: 'withheld', ms: 0 },
    ]);
    const { cause } = change;
    expect(parsed(lines)).toEqual([
      { level: 'warn', event: 'backend.ejected', ...WHERE, cause, for_ms: 10_000 },
      { level: 'info', event: 'backend.returned', ...WHERE, cause: 'its time has passed', after_ms: 10_100 },
      { level: 'warn', event: 'backend.ejection_withheld', ...WHERE, cause },
    ]);
  });

  it('has a line for what an agent wants', async () => {
    const said = '75% ready maxconn:30';
    const lines = await linesOf([{ kind: 'agent', at, pool: 0, backend: 1, said }]);
    expect(parsed(lines)).toEqual([{ level: 'info', event: 'backend.agent', ...WHERE, said }]);
  });
});
