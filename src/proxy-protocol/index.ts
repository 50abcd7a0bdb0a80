export { formatProxyHeader } from './format.ts';
export { PROXY_V1_BYTES_MAX, PROXY_V2_BYTES_MAX } from './limits.ts';
export { readProxyHeader } from './read.ts';
export type { ProxyRead } from './reading.ts';
export { proxySslOf } from './ssl-of.ts';
export { formatTraceparent, traceparentOf } from './traceparent.ts';
export { writeProxyHeaderV1 } from './write-v1.ts';
export { type ProxyHeaderV2, type WrittenProxyHeader, writeProxyHeaderV2 } from './write-v2.ts';
