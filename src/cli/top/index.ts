export { addTop } from './command.ts';
export type { TopOptions } from './options.ts';
export { top } from './run.ts';
