export { describePlan } from './describe.ts';
export { diffPlans } from './diff.ts';
export { type Environment, readEnvironment } from './environment.ts';
export { allKeys, type KnownKey } from './keys.ts';
export { type Loaded, loadConfig, parseConfig } from './parse.ts';
export { type QuickFlags, quickConfig } from './quick.ts';
export { readFileOrWhy } from './read-file.ts';
export { type JsonSchema, jsonSchema } from './schema.ts';
export { type FreeSlots, settlePlan } from './settle.ts';
