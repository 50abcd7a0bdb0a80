import { z } from 'zod';
import * as defaults from './defaults.ts';
import { RULE_REGEX_CHARACTERS_MAX, SNIFF_BYTES_MAX } from './limits.ts';
import { integer, size } from './quantities.ts';
import { hexPattern, plainText } from './texts.ts';

/** What clients of a protocol that Sluice does not know begin with. */
export const protocolRule = z.strictObject({
  hex: hexPattern()
    .describe(
      'Bytes as pairs of hex digits, `??` for any byte: `"05 01 ?? 00"`. A rule has either `hex` or `regex`.',
    )
    .optional(),
  offset: integer(0, SNIFF_BYTES_MAX - 1)
    .describe(`Of \`hex\`: how many bytes stand before it. Absent: ${defaults.RULE_OFFSET}.`)
    .optional(),
  regex: plainText('regular expression', RULE_REGEX_CHARACTERS_MAX)
    .describe('Regular expression for the first bytes, each of them one character of Latin-1.')
    .optional(),
  bytes: size(1, SNIFF_BYTES_MAX)
    .describe(`Of \`regex\`: how many bytes it may look at. Absent: ${defaults.RULE_BYTES}.`)
    .optional(),
});
