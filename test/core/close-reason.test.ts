import { describe, expect, it } from 'vitest';
import { CLOSE_REASON_NAMES, CLOSE_REASONS, closeReasonIndex, isClean } from '../../src/core/close-reason.ts';

describe('a close reason', () => {
  it('has the position in counters that it has in the list', () => {
    for (const [index, name] of CLOSE_REASON_NAMES.entries()) expect(closeReasonIndex(name)).toBe(index);
    expect(CLOSE_REASON_NAMES).toEqual(Object.keys(CLOSE_REASONS));
  });

  it('is clean only where both sides ended by FIN', () => {
    expect(CLOSE_REASON_NAMES.filter(isClean)).toEqual(['client-fin', 'backend-fin']);
  });

  it('that names a side blames that side', () => {
    for (const side of ['client', 'backend'] as const) {
      for (const name of CLOSE_REASON_NAMES.filter((each) => each.startsWith(`${side}-`))) {
        expect(CLOSE_REASONS[name].by).toBe(side);
      }
    }
  });

  it('has a name that is fit for a label and a meaning of its own', () => {
    for (const name of CLOSE_REASON_NAMES) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const meanings = CLOSE_REASON_NAMES.map((name) => CLOSE_REASONS[name].meaning);
    expect(new Set(meanings).size).toBe(meanings.length);
  });
});
