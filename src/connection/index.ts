export { CertificateNames } from './certificate-names.ts';
export type { Connection } from './connection.ts';
export { LimitReports } from './limit-reports.ts';
export { MIRROR_BYTES_MAX, Mirrors } from './mirrors.ts';
export { ConnectionRegistry } from './registry.ts';
export type { ShardCommons, ShardContext } from './shard-context.ts';
export { type FillRandom, isSampled, TraceIds } from './trace-ids.ts';
export { viewOf } from './view.ts';
export { type Waiting, WaitingRoom } from './waiting-room.ts';
