export { replay } from './replay.ts';
export type { ReplayOptions } from './settings.ts';
