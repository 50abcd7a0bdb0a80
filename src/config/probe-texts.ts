import { z } from 'zod';
import { leaf, Refusal, refuseKind, textOf } from './leaf.ts';
import { HTTP_PATH_CHARACTERS_MAX, HTTP_VALUE_CHARACTERS_MAX } from './limits.ts';
import { show } from './show.ts';

/** A token of HTTP. RFC 9110, 5.6.2. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}";

const STATUS = '[1-5]\\d\\d';

/** Bytes as hex digits, in pairs; as it is written. */
export function hexBytes(bytesMax: number) {
  const shape = {
    expected: `pairs of hex digits, at most ${bytesMax}, such as "50 49 4e 47"`,
    json: { title: 'hex digits', type: 'string', pattern: '^\\s*([0-9a-fA-F]{2}\\s*)+$' },
  };
  return leaf(shape, (value) => {
    const text = typeof value === 'string' ? value.replaceAll(' ', '') : '';
    if (!/^([0-9a-fA-F]{2})+$/.test(text)) return refuseKind(value, 'a text of hex digits');
    return text.length > 2 * bytesMax ? new Refusal('there are more bytes') : String(value);
  });
}

/** What a request asks for. */
export function httpPath() {
  const shape = {
    expected: 'a path such as /healthz',
    json: { title: 'path', type: 'string', pattern: `^/[!-~]{0,${HTTP_PATH_CHARACTERS_MAX - 1}}$` },
  };
  return leaf(shape, (value) => {
    if (typeof value === 'string' && new RegExp(shape.json.pattern).test(value)) return value;
    return refuseKind(value, 'a path');
  });
}

export function httpMethod() {
  const shape = {
    expected: 'a method such as GET or HEAD',
    json: { title: 'method', type: 'string', pattern: '^[A-Z]{1,20}$' },
  };
  return leaf(shape, (value) => {
    if (typeof value === 'string' && /^[A-Z]{1,20}$/.test(value)) return value;
    const upper = textOf(value).toUpperCase();
    return refuseKind(value, 'a method', /^[A-Z]{1,20}$/.test(upper) ? upper : null);
  });
}

/** A key of a map, so that it is no leaf. */
export function headerName() {
  return z.string().regex(new RegExp(`^${TOKEN}$`));
}

export function headerValue() {
  const shape = {
    expected: `text of at most ${HTTP_VALUE_CHARACTERS_MAX} printable characters of ASCII`,
    json: { title: 'value', type: 'string', pattern: `^[ -~]{0,${HTTP_VALUE_CHARACTERS_MAX}}$` },
  };
  return leaf(shape, (value) => {
    if (typeof value === 'string' && new RegExp(shape.json.pattern).test(value)) return value;
    return refuseKind(value, 'the value of a header', typeof value === 'number' ? `"${value}"` : null);
  });
}

/** A code or a range of them, both ends included. */
export function httpStatus() {
  const shape = {
    expected: 'a status such as 200, or a range such as 200-399',
    json: {
      title: 'status',
      type: ['integer', 'string'],
      minimum: 100,
      maximum: 599,
      pattern: `^${STATUS}(-${STATUS})?$`,
    },
  };
  return leaf(shape, (value) => {
    const match = new RegExp(`^(${STATUS})(?:-(${STATUS}))?$`).exec(textOf(value));
    if (match === null) return refuseKind(value, 'a status');
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    return from <= to ? { from, to } : new Refusal(`${show(value)} goes backwards`, `${to}-${from}`);
  });
}
