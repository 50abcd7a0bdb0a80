export { type Admission, createAdmission } from './admission.ts';
export { LimitReports } from './limit-reports.ts';
export { ConnectionRegistry } from './registry.ts';
export type { ShardContext } from './shard-context.ts';
export { type FillRandom, TraceIds } from './trace-ids.ts';
export { WaitingRoom } from './waiting-room.ts';
