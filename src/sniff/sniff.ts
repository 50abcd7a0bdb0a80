import type { Findings } from '../core/sniffed.ts';
import { type CompiledSniffers, STANDARD_SNIFFERS } from './compile.ts';
import { Sniffing } from './sniffing.ts';

/**
 * Recognises a client by its first bytes, all of them from the first; changes and keeps none. Never throws. Who asks
 * again with more bytes of the same client keeps a `Sniffing` instead.
 *
 * `atEnd` says that no more bytes will be looked at: the client sent FIN, the listener's limit on bytes is reached, or
 * its deadline has passed. What is not recognised by then is `unknown`, also where it had begun like a protocol: half
 * a ClientHello is `unknown` and not `tls`. Without `atEnd` it is `unknown` as soon as no sniffer can match any more,
 * at the latest after SNIFF_BYTES_MAX bytes.
 */
export function sniff(
  bytes: Uint8Array,
  atEnd: boolean,
  sniffers: CompiledSniffers = STANDARD_SNIFFERS,
): Findings {
  return new Sniffing(sniffers).look(bytes, atEnd);
}
