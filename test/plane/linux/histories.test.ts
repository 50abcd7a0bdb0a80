import { describe, expect, it } from 'vitest';
import { FATES, runHistory } from './history.ts';

/** A first seed of one's own repeats a failure: SLUICE_SEED=… SLUICE_HISTORIES=1. */
const FIRST = Number(process.env['SLUICE_SEED'] ?? 1);
const HISTORIES = Number(process.env['SLUICE_HISTORIES'] ?? 10_000);
const PARTS = Math.min(20, HISTORIES);

describe('two endpoints on a kernel that fails in every way it can', () => {
  const fates = new Set<string>();
  const faults = new Map<string, number>();

  for (let part = 0; part < PARTS; part++) {
    const from = FIRST + Math.floor((part * HISTORIES) / PARTS);
    const end = FIRST + Math.floor(((part + 1) * HISTORIES) / PARTS);
    it(`keep every promise in ${end - from} random histories from seed ${from} on`, async () => {
      for (let seed = from; seed < end; seed++) {
        try {
          const history = await runHistory(seed);
          fates.add(history.fate);
          for (const [name, count] of history.faults) faults.set(name, (faults.get(name) ?? 0) + count);
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
        }
      }
    }, 60_000);
  }

  it.runIf(HISTORIES >= 10_000)('meet every fate and every failure of the kernel', () => {
    expect([...fates].sort()).toEqual([...FATES].sort());
    expect(faults.size).toBeGreaterThanOrEqual(KINDS_OF_FAULTS);
  });
});

/** Calls times the errors each of them may answer with. */
const KINDS_OF_FAULTS = 35;
