import { leaf, Refusal, refuseKind, textOf } from './leaf.ts';
import {
  CIPHERS_CHARACTERS_MAX,
  FILE_PATH_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
  RULE_HEX_BYTES_MAX,
  TEXT_CHARACTERS_MAX,
} from './limits.ts';
import { show } from './show.ts';
import { NAME_PATTERN } from './words.ts';

/** Text on one line. */
export function plainText(kind: string, charactersMax = TEXT_CHARACTERS_MAX) {
  const shape = {
    expected: `text of at most ${charactersMax} characters, in quotes`,
    json: { title: kind, type: 'string', minLength: 1 },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'string' || value === '' || /\p{Cc}/u.test(value))
      return refuseKind(value, `a ${kind}`);
    return value.length > charactersMax ? new Refusal(`the ${kind} has more characters`) : value;
  });
}

/** A cipher list in the syntax of OpenSSL; which ciphers there are is not known here. */
export function cipherList() {
  const shape = {
    expected: 'a cipher list of OpenSSL such as "ECDHE+AESGCM:!aNULL", in quotes',
    json: { title: 'cipher list', type: 'string', pattern: `^[\\w+!@=.,: -]{1,${CIPHERS_CHARACTERS_MAX}}$` },
  };
  return leaf(shape, (value) => {
    if (typeof value === 'string' && new RegExp(shape.json.pattern).test(value)) return value;
    return refuseKind(value, 'a cipher list');
  });
}

/** Text that is sent as it is, in UTF-8. */
export function textOfBytes(bytesMax: number) {
  const shape = {
    expected: `text of at most ${bytesMax} bytes, in double quotes`,
    json: { title: 'text', type: 'string', minLength: 1 },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'string' || value === '') return refuseKind(value, 'a text');
    const { length } = Buffer.from(value);
    return length > bytesMax ? new Refusal(`the text has ${length} bytes`) : value;
  });
}

/** Path of a file; what it holds is not looked at here. */
export function filePath(what: string) {
  const shape = {
    expected: `the path of a file, not the ${what} itself`,
    json: { title: 'file', type: 'string', pattern: '^(?!.*-----BEGIN)[^\\n\\r]+$' },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'string' || value === '') return refuseKind(value, 'a file');
    // What is on several lines may be the key itself, which no message shows.
    if (/\p{Cc}|-----BEGIN/u.test(value)) return new Refusal('this is no path');
    return value.length > FILE_PATH_CHARACTERS_MAX
      ? new Refusal(`the path has more than ${FILE_PATH_CHARACTERS_MAX} characters`)
      : value;
  });
}

/** Bytes as hex digits, `??` for any; as it is written. */
export function hexPattern() {
  const shape = {
    expected: `pairs of hex digits, or ?? for any byte, at most ${RULE_HEX_BYTES_MAX}, such as "05 01 ?? 00"`,
    json: { title: 'hex digits', type: 'string', pattern: '^\\s*(([0-9a-fA-F]{2}|\\?\\?)\\s*)+$' },
  };
  return leaf(shape, (value) => {
    const text = typeof value === 'string' ? value.replaceAll(' ', '') : '';
    if (!/^([0-9a-fA-F]{2}|\?\?)+$/.test(text)) return refuseKind(value, 'a text of hex digits');
    if (/^\?+$/.test(text)) return new Refusal(`${show(value)} holds for everybody`);
    return text.length > 2 * RULE_HEX_BYTES_MAX ? new Refusal('there are more bytes') : String(value);
  });
}

/** A protocol, or the name of a rule; `checkProtocols` knows which there are. */
export function protocolName() {
  const shape = {
    expected: `a protocol such as tls or ssh, at most ${NAME_CHARACTERS_MAX} characters`,
    json: { title: 'protocol', type: 'string', pattern: NAME_PATTERN },
  };
  return leaf(shape, (value) => {
    if (typeof value === 'string' && new RegExp(NAME_PATTERN).test(value)) return value;
    return refuseKind(value, 'a protocol');
  });
}

/** A key that is there or not. */
export function yes() {
  const shape = {
    expected: 'true, or no such key',
    json: { title: '`true`', type: 'boolean', enum: [true] },
  };
  return leaf(shape, (value): true | Refusal => {
    if (value === true) return value;
    return refuseKind(value, 'true', ['yes', 'on', 'True'].includes(textOf(value)) ? 'true' : null);
  });
}
