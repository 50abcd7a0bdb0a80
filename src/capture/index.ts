export type { CapturedConnection, CapturedLeg } from './captured.ts';
export type {
  CaptureEncoder,
  CaptureOptions,
  ConnectionEncoder,
} from './format.ts';
export { encoderOf } from './formats.ts';
export { formatTime } from './time.ts';
