import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { ENVIRONMENT, readCase, yamlFiles } from './support/cases.ts';
import { messageOf } from './support/message-of.ts';

const NAMES = yamlFiles('bad');

describe('a file with mistakes', () => {
  it('is there in at least fifty kinds', () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(50);
  });

  // Beside each NN-name.yaml stands NN-name.txt: all that is said about it.
  it.each(NAMES)('%s is refused with exactly the words of its .txt', (name) => {
    const message = messageOf(() => parseConfig(readCase('bad', name), name, ENVIRONMENT));
    expect(`${message}\n`).toBe(readCase('bad', name.replace('.yaml', '.txt')));
  });

  it.each(NAMES)('%s is told in order of lines, each with its place', (name) => {
    const lines = messageOf(() => parseConfig(readCase('bad', name), name, ENVIRONMENT)).split('\n');
    const places = lines.map((line) => {
      const [, row, column] = new RegExp(`^${name}:(\\d+):(\\d+): \\S`).exec(line) ?? [];
      return Number(row) * 10_000 + Number(column);
    });
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(Number.NaN);
  });
});
