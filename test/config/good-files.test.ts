import { describe, expect, it } from 'vitest';
import { describePlan, type Environment, parseConfig } from '../../src/config/index.ts';
import { ENVIRONMENT, readCase, WITH_LINUX_PLANE, yamlFiles } from './support/cases.ts';

/** Only a file that is about it is read where the linux plane can be had. */
function environmentOf(name: string): Environment {
  return name === 'linux-plane.yaml' ? WITH_LINUX_PLANE : ENVIRONMENT;
}

describe('a valid file', () => {
  it.each(yamlFiles('good'))('%s compiles to the plan that was reviewed', async (name) => {
    const { plan } = parseConfig(readCase('good', name), name, environmentOf(name));
    const json = `${JSON.stringify(plan, null, 2)}\n`;
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
