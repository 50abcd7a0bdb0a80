import type { CaptureFormat } from '../core/tee-plan.ts';
import type { CaptureEncoder, CaptureOptions } from './format.ts';
import { hex } from './hex.ts';
import { jsonl } from './jsonl.ts';
import { pcapng } from './pcapng.ts';

const FORMATS = { hex, jsonl, pcapng } satisfies {
  readonly [Format in CaptureFormat]: (options: CaptureOptions) => CaptureEncoder;
};

/** The encoder of a format. */
export function encoderOf(format: CaptureFormat, options: CaptureOptions): CaptureEncoder {
  return FORMATS[format](options);
}
