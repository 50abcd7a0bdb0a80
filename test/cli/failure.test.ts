import { describe, expect, it } from 'vitest';
import { defectLine, describeFailure } from '../../src/cli/failure.ts';
import { ERRORS, type ErrorCode, SluiceError } from '../../src/core/errors.ts';

describe('an error that ends the program', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])(
    'of code %s is told with its hint and without a stack',
    (code) => {
      const { text, exit } = describeFailure(new SluiceError(code, 'what is wrong'));
      expect(text).toBe(
        `${code === 'CONFIG_INVALID' ? '' : 'sluice: '}what is wrong\nhint: ${ERRORS[code].hint}\n`,
      );
      expect(exit).toBe(ERRORS[code].exit);
    },
  );

  it('of another kind is a defect: its stack is told, exit code 1', () => {
    const { text, exit } = describeFailure(new TypeError('oh'));
    expect(text).toMatch(/^sluice: internal error: TypeError: oh\n {4}at /);
    expect(exit).toBe(1);
  });

  it.each(['text', null, undefined, 42, { message: 1 }])('may be no Error at all: %j', (thrown) => {
    expect(describeFailure(thrown)).toEqual({ text: `sluice: internal error: ${String(thrown)}\n`, exit: 1 });
  });
});

it('a defect is one line of JSON, whatever its message holds', () => {
  const line = defectLine(new Error('two\nlines'), 'unhandledRejection', 0);
  expect(line.match(/\n/g)).toHaveLength(1);
  expect(JSON.parse(line)).toMatchObject({
    level: 'error',
    time: '1970-01-01T00:00:00.000Z',
    event: 'error',
    origin: 'unhandledRejection',
    message: expect.stringContaining('two\nlines'),
  });
});
