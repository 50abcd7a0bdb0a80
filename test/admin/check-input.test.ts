import { describe, expect, it } from 'vitest';
import { checkBody } from '../../src/admin/check-input.ts';
import { killConnections } from '../../src/admin/endpoints/connections.ts';

function check(text: string) {
  if (killConnections.body === undefined) throw new Error('it has a body');
  const checked = checkBody(killConnections.body, text);
  return 'detail' in checked ? checked.detail : 'right';
}

describe('the check of a body', () => {
  it('takes what its schema takes', () => {
    expect(check('{"pool":"web","max":5}')).toBe('right');
  });

  it.each([
    ['', 'the body is not JSON'],
    ['{', 'the body is not JSON'],
    ['[]', 'the body: '],
    ['null', 'the body: '],
    ['{"pool":"web"}', '"max" of the body: '],
    ['{"max":5}', 'the body: a field of the filter besides `max` is lacking'],
    ['{"pool":"web","max":1e9}', '"max" of the body: '],
    ['{"pool":"web","max":5,"all":true}', 'the body: Unrecognized key: "all"'],
    [`${'['.repeat(100_000)}`, 'the body'],
    ['{"__proto__":{"pool":"web"},"max":5}', 'the body'],
  ])('refuses %.40s and says what is wrong', (text, detail) => {
    expect(check(text)).toContain(detail);
  });

  it('tells a bounded part of what a client sent, however long it was', () => {
    expect(check(JSON.stringify({ max: 1, ['x'.repeat(100_000)]: 1 })).length).toBeLessThan(1_000);
  });
});
