import { domainToASCII } from 'node:url';
import { compileRegex, REGEX_CHARACTERS_MAX } from '../route/index.ts';
import { leaf, Refusal, refuseKind } from './leaf.ts';
import { SERVER_NAME_CHARACTERS_MAX } from './limits.ts';
import { quote, show } from './show.ts';

const NAME = '[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?';

/** A name with a character beyond ASCII; IDNA says which of these there can be. */
const INTERNATIONAL = '[^\\s*/:]*[^\\s*/:!-~][^\\s*/:]*';

const PATTERN = `^(\\*\\*?\\.)?(${NAME}|${INTERNATIONAL})$|^/.{1,${REGEX_CHARACTERS_MAX}}/$`;

/** A server or host name to match, in lower case, in ASCII and without the trailing dot; or a regular expression as it is. */
export function hostPattern() {
  const shape = {
    expected:
      'a name such as www.example.com, "*.example.com" (one label), "**.example.com" (any) or "/regular expression/"',
    json: { title: 'name, with wildcard, or `"/…/"`', type: 'string', pattern: PATTERN },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'string') return refuseKind(value, 'a name');
    if (value.startsWith('/')) return refuseRegex(value) ?? value;
    if (value === '*' || value === '**')
      return new Refusal(`${quote(value)} matches nothing; leave the key out for every name`);
    const wildcard = /^\*\*?\./.exec(value)?.[0] ?? '';
    const name = asciiName(value.slice(wildcard.length));
    return name === null ? refuseKind(value, 'a name') : wildcard + name;
  });
}

/** A server name to ask for, or `client`. */
export function serverName() {
  const shape = {
    expected: 'a server name such as app.internal, or client',
    json: { title: 'server name, or `client`', type: 'string', pattern: `^(${NAME}|${INTERNATIONAL})$` },
  };
  return leaf(shape, (value) => {
    const name = typeof value === 'string' ? asciiName(value) : null;
    return name === null ? refuseKind(value, 'a server name') : name;
  });
}

/** In lower case, in ASCII (RFC 5890) and without the trailing dot; null where the text is no name. */
function asciiName(text: string): string | null {
  if (text.length > SERVER_NAME_CHARACTERS_MAX) return null;
  const ascii = /^[ -~]*$/.test(text) ? text : domainToASCII(text);
  const isName = new RegExp(`^${NAME}$`).test(ascii) && ascii.length <= SERVER_NAME_CHARACTERS_MAX;
  return isName ? ascii.toLowerCase().replace(/\.$/, '') : null;
}

function refuseRegex(value: string): Refusal | null {
  if (value.length < 3 || !value.endsWith('/'))
    return new Refusal(`${show(value)} begins with a slash, but is no "/regular expression/"`);
  try {
    compileRegex(value.slice(1, -1));
    return null;
  } catch (error) {
    return new Refusal(`${show(value)} is no regular expression: ${(error as Error).message}`);
  }
}
