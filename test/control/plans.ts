import { parseConfig } from '../../src/config/index.ts';
import type { Plan } from '../../src/core/plan.ts';
import { ENVIRONMENT } from '../config/support/cases.ts';

/** A plan as a configuration with these listeners (`name: address`) and pools (`name: backends`) compiles. */
export function planOf(
  listeners: Readonly<Record<string, string>>,
  pools: Readonly<Record<string, readonly string[]>> = { web: ['10.0.0.1:80'] },
  more = '',
): Plan {
  const [pool = ''] = Object.keys(pools);
  const text = `
listeners: [${Object.entries(listeners)
    .map(([name, listen]) => `{ name: ${name}, listen: "${listen}", to: ${pool} }`)
    .join(', ')}]
pools: { ${Object.entries(pools)
    .map(([name, backends]) => `${name}: { backends: ["${backends.join('", "')}"] }`)
    .join(', ')} }
telemetry: { access_log: { to: "off" } }
${more}
`;
  return parseConfig(text, 'test.yaml', ENVIRONMENT).plan;
}
