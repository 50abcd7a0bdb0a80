import { describe, expect, it } from 'vitest';
import { Keepsake } from '../../src/core/keepsake.ts';

describe('a keepsake', () => {
  it('is there from the first offer on, and becomes a newer one now and then', () => {
    const keepsake = new Keepsake<{ readonly number: number }>();
    expect(keepsake.kept).toBeNull();
    const kept = new Set<number | undefined>();
    for (let number = 0; number < 2000; number++) {
      keepsake.offer({ number });
      kept.add(keepsake.kept?.number);
    }
    expect([...kept]).toEqual([0, 512, 1024, 1536]);
  });
});
