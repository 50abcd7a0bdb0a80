import { describe, expect, test } from 'vitest';
import { Circuits, TRIAL_STRENGTH } from '../../src/core/circuits.ts';
import { HEALTHY, UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';

const NOW = 1_700_000_000_000;

function circuitsOf(rows: number): Circuits {
  return new Circuits(new Int32Array(Circuits.cells(rows)), rows);
}

describe('what is counted against a backend', () => {
  test('is reached by so many failures in a row, once, and of that backend alone', () => {
    const circuits = circuitsOf(3);
    for (let n = 0; n < 4; n++) circuits.failed(1, 'refused', 5);
    expect(circuits.takeReached(1)).toBeNull();
    circuits.failed(1, 'timeout', 5);
    expect([circuits.takeReached(0), circuits.takeReached(1), circuits.takeReached(1)]).toEqual([
      null,
      'timeout',
      null,
    ]);
    expect([circuits.isFailing(0, 5), circuits.isFailing(1, 5)]).toEqual([false, true]);
  });

  test('begins anew with a connection that is made, and stays reached until somebody has looked', () => {
    const circuits = circuitsOf(1);
    circuits.failed(0, 'refused', 3);
    circuits.failed(0, 'refused', 3);
    circuits.connected(0);
    circuits.failed(0, 'refused', 3);
    circuits.failed(0, 'refused', 3);
    expect(circuits.takeReached(0)).toBeNull();
    circuits.failed(0, 'refused', 3);
    circuits.connected(0);
    expect(circuits.takeReached(0)).toBe('refused');
    expect(circuits.isFailing(0, 3)).toBe(false);
  });

  test('goes by answers where connections are made and broken: each one that is made changes nothing there', () => {
    const circuits = circuitsOf(1);
    for (let n = 0; n < 3; n++) {
      circuits.connected(0);
      circuits.failed(0, 'reset', 3);
    }
    expect(circuits.takeReached(0)).toBe('reset');
    circuits.answered(0);
    for (let n = 0; n < 9; n++) {
      circuits.failed(0, 'silence', 3);
      circuits.answered(0);
    }
    expect(circuits.takeReached(0)).toBeNull();
  });

  test('is reached by one failure while the circuit is half-open', () => {
    const circuits = circuitsOf(1);
    circuits.set(0, 'half-open');
    circuits.answered(0);
    circuits.answered(0);
    expect([circuits.answers(0), circuits.takeReached(0)]).toEqual([2, null]);
    circuits.failed(0, 'reset', 5);
    expect(circuits.takeReached(0)).toBe('reset');
  });
});

describe('the circuit of a backend', () => {
  test('makes it unhealthy for a pick while it is open, whatever probes say, and weak while it is half-open', () => {
    const table = new UpstreamTable(2);
    table.setHealth(0, HEALTHY);
    table.circuits.set(0, 'open');
    expect([table.health(0), table.effectiveHealth(0), table.effectiveHealth(1)]).toEqual([
      HEALTHY,
      UNHEALTHY,
      0,
    ]);
    table.circuits.set(0, 'half-open');
    expect([table.effectiveHealth(0), table.circuits.strength(0), table.circuits.strength(1)]).toEqual([
      HEALTHY,
      TRIAL_STRENGTH,
      1,
    ]);
    table.setHealth(0, UNHEALTHY);
    expect(table.effectiveHealth(0)).toBe(UNHEALTHY);
  });

  test('knows in any thread since when it is open, and for how much longer', () => {
    const table = new UpstreamTable(2, 3);
    table.circuits.setEjected(1, NOW, 10_000);
    const { circuits } = new UpstreamTable(2, 3, table.cells);
    expect([circuits.leftMs(1, NOW + 4000), circuits.ejectedMs(1, NOW + 4000)]).toEqual([6000, 4000]);
    expect([circuits.leftMs(1, NOW + 60_000), circuits.ejectedMs(1, NOW - 60_000)]).toEqual([0, 0]);
  });

  test('forgets what was counted with each change, and everything with another backend', () => {
    const table = new UpstreamTable(1);
    const { circuits } = table;
    circuits.setEjections(0, 4);
    for (let n = 0; n < 5; n++) circuits.failed(0, 'refused', 5);
    circuits.set(0, 'open');
    expect([circuits.isFailing(0, 5), circuits.takeReached(0), circuits.ejections(0)]).toEqual([
      false,
      null,
      4,
    ]);
    table.renew(0);
    expect([circuits.state(0), circuits.ejections(0)]).toEqual(['closed', 0]);
  });
});
