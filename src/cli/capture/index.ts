export { addCapture } from './command.ts';
export type { CaptureOptions } from './options.ts';
export { capture } from './run.ts';
