import { TEE_FILE_PLACEHOLDERS } from '../core/tee-plan.ts';
import { didYouMean } from './did-you-mean.ts';
import { leaf, Refusal, refuseKind, textOf } from './leaf.ts';
import {
  ALPN_BYTES_MAX,
  BACKEND_NAME_CHARACTERS_MAX,
  FILE_PATTERN_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
  VARIABLE_CHARACTERS_MAX,
} from './limits.ts';
import { orList, quote, show } from './show.ts';

/** Names of listeners, routes and pools: they become labels of metrics and parts of file names. */
export const NAME_PATTERN = `^[A-Za-z0-9_][A-Za-z0-9_.-]{0,${NAME_CHARACTERS_MAX - 1}}$`;

export const NAME_EXPECTED = `letters, digits, "_", "-" and ".", at most ${NAME_CHARACTERS_MAX} of them`;

const BACKEND_NAME_PATTERN = `^[A-Za-z0-9_[/][A-Za-z0-9_.:@/[\\]-]{0,${BACKEND_NAME_CHARACTERS_MAX - 1}}$`;

/** One of a few words; `also` says what else may stand there. */
export function oneOf<const T extends string>(words: readonly T[], also?: string) {
  const shape = {
    expected: also === undefined ? orList(words) : `${words.join(', ')}, or ${also}`,
    json: { title: words.map((word) => `\`${word}\``).join(', '), type: 'string', enum: words },
  };
  return leaf(shape, (value): T | Refusal => {
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    const meant = value === false ? words.find((candidate) => candidate === 'off') : undefined;
    return new Refusal(`${show(value)} is not possible here`, meant ?? didYouMean(textOf(value), words));
  });
}

/** true or false; `also` says what else may stand there. */
export function flag(also?: string) {
  const expected = also === undefined ? 'true or false' : `true, false, or ${also}`;
  const shape = { expected, json: { title: '`true`, `false`', type: 'boolean' } };
  return leaf(shape, (value) => {
    if (typeof value === 'boolean') return value;
    const word = textOf(value).toLowerCase();
    const meant = ['yes', 'on', 'y', '1', 'true'].includes(word) ? 'true' : null;
    const denied = ['no', 'off', 'n', '0', 'false'].includes(word) ? 'false' : null;
    return refuseKind(value, 'true or false', meant ?? denied);
  });
}

/** A name of a listener, a route or a pool. */
export function name(example: string) {
  return pattern('name', NAME_PATTERN, `a name such as ${example}: ${NAME_EXPECTED}`);
}

/** A name of a backend; an address can be one. */
export function backendName() {
  return pattern('name', BACKEND_NAME_PATTERN, 'a name such as app-1, without spaces');
}

/** A protocol name of ALPN (RFC 7301). */
export function alpnName() {
  const shape = {
    expected: 'a protocol name such as h2 or http/1.1',
    json: { title: 'ALPN name', type: 'string', pattern: `^[!-~]{1,${ALPN_BYTES_MAX}}$` },
  };
  return leaf(shape, (value) => {
    if (typeof value === 'string' && new RegExp(shape.json.pattern).test(value)) return value;
    return refuseKind(value, 'an ALPN name');
  });
}

/** A name of a variable of the environment. What is none is not shown: it may be the secret itself. */
export function variableName() {
  const shape = {
    expected: 'its name, such as SLUICE_TOKEN, and the token in the environment',
    json: {
      title: 'name of an environment variable',
      type: 'string',
      pattern: `^[A-Za-z_][A-Za-z0-9_]{0,${VARIABLE_CHARACTERS_MAX - 1}}$`,
    },
  };
  return leaf(shape, (value) => {
    if (typeof value === 'string' && new RegExp(shape.json.pattern).test(value)) return value;
    return new Refusal('this is not a name of an environment variable');
  });
}

/** A file name with placeholders; which of them must be in it, `check-tee.ts` knows. */
export function filePattern() {
  const shape = {
    expected: 'a file name such as "traffic-{connection}.{direction}.log", in quotes',
    json: { title: 'file name with placeholders', type: 'string', minLength: 1 },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'string') return refuseKind(value, 'a file name');
    return refuseFilePattern(value) ?? value;
  });
}

function refuseFilePattern(text: string): Refusal | null {
  if (text === '' || text.endsWith('/') || /\p{Cc}/u.test(text)) return refuseKind(text, 'a file name');
  if (text.length > FILE_PATTERN_CHARACTERS_MAX)
    return new Refusal(`the file name has more than ${FILE_PATTERN_CHARACTERS_MAX} characters`);
  const known: readonly string[] = TEE_FILE_PLACEHOLDERS;
  const used = [...text.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
  const unknown = used.find((placeholder) => !known.includes(placeholder));
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, TEE_FILE_PLACEHOLDERS);
    const choice = orList(TEE_FILE_PLACEHOLDERS.map((placeholder) => `{${placeholder}}`));
    return new Refusal(`${quote(`{${unknown}}`)} is not one of ${choice}`, meant && `{${meant}}`);
  }
  return null;
}

function pattern(title: string, expression: string, expected: string) {
  return leaf({ expected, json: { title, type: 'string', pattern: expression } }, (value) => {
    if (typeof value === 'string' && new RegExp(expression).test(value)) return value;
    return refuseKind(value, 'a name');
  });
}
