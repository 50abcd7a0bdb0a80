export type { CapturedConnection, CapturedLeg } from './captured.ts';
export {
  type CaptureEncoder,
  type CaptureOptions,
  type ConnectionEncoder,
  NONE_SKIPPED,
  type Skipped,
} from './format.ts';
export { encoderOf } from './formats.ts';
export { formatTime } from './time.ts';
