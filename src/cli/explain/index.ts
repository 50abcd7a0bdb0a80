export { type Explained, explain } from './explain.ts';
export type { ExplainOptions } from './options.ts';
