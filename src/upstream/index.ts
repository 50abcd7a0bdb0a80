export { ActorBook, type BookedActor, type EnterActor } from './actor-book.ts';
export { expandServices } from './expand-services.ts';
export { leafOf } from './leaf-of.ts';
export { Names, type NamesKnown, type NamesOptions, namesOf } from './names.ts';
export { createPicker } from './picker.ts';
export { PickerPools } from './picker-pools.ts';
export type { PoolsShared } from './pool-limits.ts';
export type { BalancerActor } from './pool-supervisor.ts';
export { type RunningUpstreams, startUpstreams, type UpstreamsOptions } from './supervise.ts';
