export { type SniffResult, sniff } from './sniff.ts';
export { SNIFF_BYTES_MAX, type Sniffer, type Verdict } from './sniffer.ts';
export { type CompiledSniffers, compileSniffers, Sniffing } from './sniffing.ts';
export { SNIFFERS } from './table.ts';
