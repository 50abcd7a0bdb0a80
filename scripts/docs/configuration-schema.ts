import { jsonSchema } from '../../src/config/index.ts';

/** docs/configuration.schema.json */
export function configurationSchema(): string {
  const { $schema, ...rest } = jsonSchema();
  const title = 'Sluice configuration';
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}
