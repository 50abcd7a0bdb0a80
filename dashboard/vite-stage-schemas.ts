import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'virtual:stage-schemas';
const FILE = join(import.meta.dirname, '../docs/configuration.schema.json');
/** Keywords that a form has no use for. */
const LEFT_OUT = new Set(['pattern', 'additionalProperties', 'minItems', 'maxItems', 'minLength']);

/** Gives the page the schemas of stages, by kind, as the configuration's schema has them. */
export function stageSchemas(): Plugin {
  return {
    name: 'stage-schemas',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      this.addWatchFile(FILE);
      return `export default ${JSON.stringify(readStageSchemas(), (key, value) => (LEFT_OUT.has(key) ? undefined : value))}`;
    },
  };
}

/** The schema of each kind of stage, by kind. */
export function readStageSchemas(): Record<string, unknown> {
  const { properties } = JSON.parse(readFileSync(FILE, 'utf8'));
  return properties.listeners.items.properties.stages.items.properties;
}
