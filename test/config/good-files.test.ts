import { describe, expect, it } from 'vitest';
import { describePlan, type Environment, parseConfig } from '../../src/config/index.ts';
import { ENVIRONMENT, readCase, WITH_LINUX_PLANE, yamlFiles } from './support/cases.ts';

/** Only files that are about it are read where the linux plane can be had. */
function environmentOf(name: string): Environment {
  return ['linux-plane.yaml', 'transparent.yaml'].includes(name) ? WITH_LINUX_PLANE : ENVIRONMENT;
}

/** A PEM text is kept as its kind and the file's: what is in it has tests of its own. */
function shortened(_: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith('-----') ? value.split('\n', 1)[0] : value;
}

describe('a valid file', () => {
  it.each(yamlFiles('good'))('%s compiles to the plan that was reviewed', async (name) => {
    const { plan } = parseConfig(readCase('good', name), name, environmentOf(name));
    const json = `${JSON.stringify(plan, shortened, 2)}\n`;
    await expect(json).toMatchFileSnapshot(`good/${name.replace('.yaml', '.plan.txt')}`);
  });

  it.each(yamlFiles('good'))('%s is described as it was reviewed', async (name) => {
    const { plan, warnings } = parseConfig(readCase('good', name), name, environmentOf(name));
    const text = describePlan(plan, warnings);
    expect(text.endsWith('\n')).toBe(true);
    await expect(text).toMatchFileSnapshot(`good/${name.replace('.yaml', '.check.txt')}`);
  });

  it('makes a plan that can be sent to another thread as it stands', () => {
    const { plan } = parseConfig(readCase('good', 'everything.yaml'), 'everything.yaml', ENVIRONMENT);
    expect(structuredClone(plan)).toEqual(plan);
  });
});
