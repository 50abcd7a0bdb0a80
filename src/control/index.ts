export { Drain } from './drain.ts';
export { Fleet } from './fleet.ts';
export { LocalShard } from './local-shard.ts';
export { Memory } from './memory.ts';
export { openAdmin } from './open-admin.ts';
export { type Reloaded, Reloads } from './reloads.ts';
export { type Bound, ofLive } from './shard-host.ts';
export { Slots } from './slots.ts';
export { Threads } from './threads.ts';
