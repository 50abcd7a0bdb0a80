import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allKeys, jsonSchema, parseConfig, quickConfig } from '../../src/config/index.ts';
import { SluiceError } from '../../src/core/errors.ts';
import { ENVIRONMENT, readCase } from './support/cases.ts';

const KEYS = [...new Set(allKeys(jsonSchema()).map((known) => known.key)), '__proto__', 'constructor', ''];
const scalar = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(
    null,
    '127.0.0.1:80',
    'web',
    'off',
    'never',
    '5s',
    '64KiB',
    '1MiB/s',
    'unix:/x',
    '10.0.0.0/8',
  ),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 6 }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('tree'), { maxLength: 4 }),
  map: fc.dictionary(fc.constantFrom(...KEYS), tie('tree'), { maxKeys: 6, noNullPrototype: false }),
}));

describe('any text at all', () => {
  it('is a plan or a CONFIG_INVALID: characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), reads), { numRuns: 500 });
  });

  it('is a plan or a CONFIG_INVALID: pieces of YAML', () => {
    const piece = fc.constantFrom(
      ...KEYS,
      ': ',
      '\n',
      '\n  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '&a ',
      '*a',
      '"',
      "'",
      '|\n',
      '!t ',
      '\t',
      '# ',
      '? ',
      '---\n',
      '%YAML 1.1\n',
      '<<: ',
      '5s',
    );
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, reads), { numRuns: 2000 });
  });

  it('is a plan or a CONFIG_INVALID: the known keys with anything in them', () => {
    fc.assert(
      fc.property(tree, (value) => reads(JSON.stringify(value) ?? '')),
      { numRuns: 1000 },
    );
  });

  it('is a plan or a CONFIG_INVALID: a valid file of which any piece was lost or repeated', () => {
    const lines = readCase('good', 'everything.yaml').split('\n');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(80), fc.boolean(), (row, column, repeat) => {
        const line = lines[row] ?? '';
        const changed = repeat ? line + line.slice(column) : line.slice(0, column);
        return reads(lines.with(row, changed).join('\n'));
      }),
      { numRuns: 300 },
    );
  });

  it('is a plan or a CONFIG_INVALID: arguments of the command line', () => {
    const text = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), text, (listen, backends, flag) => {
        const flags = {
          rateLimit: { up: flag },
          tee: flag,
          balance: flag,
          idle: flag,
          admin: flag,
          otlp: flag,
        };
        return succeedsOrRefuses(() => quickConfig(listen, backends, flags, ENVIRONMENT));
      }),
    );
  });

  it.each([
    ['brackets', '['.repeat(500_000)],
    ['braces', '{a: '.repeat(200_000)],
    ['dashes', '- '.repeat(300_000)],
    ['question marks', '? '.repeat(300_000)],
    ['unknown keys', Array.from({ length: 50_000 }, (_, i) => `k${i}: 1\n`).join('')],
    ['a long list', `listeners: [${'a,'.repeat(300_000)}a]`],
    ['one long text', `listeners: ${'a'.repeat(1_000_000)}`],
    ['more than may be', ' '.repeat(1_048_577)],
  ])('is refused in bounded words and time: a megabyte of %s', (_, text) => {
    const message = refusalOf(text);
    expect(message.split('\n').length).toBeLessThanOrEqual(101);
    expect(message.length).toBeLessThan(50_000);
  });
});

function reads(text: string): boolean {
  return succeedsOrRefuses(
    () => parseConfig(text, 'any.yaml', ENVIRONMENT),
    /^any\.yaml:(\d+:\d+: \P{Cc}+|\P{Cc}+)$/u,
  );
}

function succeedsOrRefuses(call: () => unknown, line = /^\P{Cc}+$/u): boolean {
  try {
    call();
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'CONFIG_INVALID') throw error;
    for (const text of error.message.split('\n')) expect(text).toMatch(line);
  }
  return true;
}

function refusalOf(text: string): string {
  try {
    parseConfig(text, 'any.yaml', ENVIRONMENT);
  } catch (error) {
    if (error instanceof SluiceError) return error.message;
    throw error;
  }
  throw new Error('the text was taken');
}
