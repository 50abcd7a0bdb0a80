import { describe, expect, test } from 'vitest';
import { formatTraceparent, traceparentOf } from '../../src/proxy-protocol/index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  test('is read and written as W3C Trace Context shows it', () => {
    const text = `00-${TRACE}-${SPAN}-01`;
    const read = traceparentOf(text);
    expect(read).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1 });
    expect(read && formatTraceparent(read)).toBe(text);
  });

  test('keeps every flag', () => {
    for (let flags = 0; flags < 256; flags++) {
      const whole = { traceId: TRACE, spanId: SPAN, flags };
      expect(traceparentOf(formatTraceparent(whole))).toEqual(whole);
    }
  });

  test.each([
    ['of another version', `01-${TRACE}-${SPAN}-01`],
    ['of the version that is forbidden', `ff-${TRACE}-${SPAN}-01`],
    ['in upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['with a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['with a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['with a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['with a long span id', `00-${TRACE}-${SPAN}0-01`],
    ['without flags', `00-${TRACE}-${SPAN}`],
    ['with more behind it', `00-${TRACE}-${SPAN}-01-x`],
    ['with a line break behind it', `00-${TRACE}-${SPAN}-01\n`],
    ['with space before it', ` 00-${TRACE}-${SPAN}-01`],
    ['that is empty', ''],
  ])('%s is none', (_name, text) => {
    expect(traceparentOf(text)).toBeNull();
  });
});
