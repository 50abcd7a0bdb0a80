import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, SluiceError } from '../../src/core/errors.ts';

describe('an error of Sluice', () => {
  it('carries its code, its cause, a hint and an exit code', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const cause = new Error('below');
      const error = new SluiceError(code, 'what happened', { cause });
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name: 'SluiceError', code, message: 'what happened', cause });
      expect(error.hint).toBe(ERRORS[code].hint);
      expect([1, 2]).toContain(error.exitCode);
    }
  });
});
