export type { CapturedConnection, CapturedLeg } from './captured.ts';
export type {
  CaptureEncoder,
  CaptureOptions,
  ConnectionEncoder,
} from './format.ts';
export { encoderOf } from './formats.ts';
export type { Act, CaughtHalf, Gap } from './read-half.ts';
export { readPackets } from './read-packets.ts';
export { type CaughtSegment, segmentOf } from './read-segment.ts';
export { type CaughtStream, type CaughtStreams, type LegName, readStreams } from './read-streams.ts';
export { formatTime } from './time.ts';
