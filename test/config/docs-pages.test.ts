import { describe, expect, it } from 'vitest';
import { closeReasonsPage } from '../../scripts/docs/close-reasons-page.ts';
import { configurationPage } from '../../scripts/docs/configuration-page.ts';
import { configurationSchema } from '../../scripts/docs/configuration-schema.ts';
import { errorsPage } from '../../scripts/docs/errors-page.ts';
import { anchor } from '../../scripts/docs/markdown.ts';
import { allKeys, jsonSchema, parseConfig } from '../../src/config/index.ts';
import { CLOSE_REASON_NAMES } from '../../src/core/close-reason.ts';
import { ERRORS } from '../../src/core/errors.ts';
import { ENVIRONMENT } from './support/cases.ts';

describe('the reference page of the configuration', () => {
  const page = configurationPage();

  it('has a row for every key', () => {
    for (const { key, schema } of allKeys(jsonSchema())) {
      const text = (schema.description ?? '').replaceAll('|', '\\|');
      const rows = page.split('\n').filter((row) => row.startsWith(`| \`${key}\` `));
      expect(rows.some((row) => row.includes(text)) || key === 'stages' || text.startsWith('More')).toBe(
        true,
      );
    }
  });

  it('links only to headings it has', () => {
    const headings = [...page.matchAll(/^##+ (.*)$/gm)].map((match) => anchor(match[1] ?? ''));
    const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map((match) => match[1]);
    expect(links.length).toBeGreaterThan(15);
    expect(links.filter((link) => !headings.includes(link ?? ''))).toEqual([]);
    expect(new Set(headings).size).toBe(headings.length);
  });

  it('shows an example that works', () => {
    const example = /```yaml\n(listeners:[^`]*)```/.exec(page)?.[1] ?? '';
    expect(parseConfig(example, 'example.yaml', ENVIRONMENT).warnings).toEqual([]);
  });
});

describe('the other pages', () => {
  it('have a row for every error and every close reason', () => {
    for (const code of Object.keys(ERRORS)) expect(errorsPage()).toContain(`| \`${code}\` `);
    for (const reason of CLOSE_REASON_NAMES) expect(closeReasonsPage()).toContain(`| \`${reason}\` `);
  });

  it('include the JSON Schema as it is', () => {
    expect(JSON.parse(configurationSchema())).toEqual({ title: 'Sluice configuration', ...jsonSchema() });
  });
});
