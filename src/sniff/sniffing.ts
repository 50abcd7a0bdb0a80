import type { Findings } from '../core/sniffed.ts';
import { PROTOCOLS } from '../core/sniffed.ts';
import { sniff } from './sniff.ts';

export type CompiledSniffers = null;
export function compileSniffers(): CompiledSniffers {
  return null;
}
export class Sniffing {
  constructor(_sniffers: CompiledSniffers) {}
  look(bytes: Uint8Array, atEnd: boolean): Findings {
    const result = sniff(bytes, atEnd);
    if (result.done)
      return {
        sniffed: result.sniffed,
        possible: new Set([result.sniffed.protocol]),
        open: false,
        atLeast: 0,
      };
    return { sniffed: null, possible: new Set(PROTOCOLS), open: true, atLeast: result.atLeast };
  }
}
