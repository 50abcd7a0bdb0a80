export {
  type Backend,
  type Candidate,
  createPolicyState,
  type Draw,
  type Policy,
  type PolicyState,
} from './candidate.ts';
export { choose } from './choose.ts';
export { clientKey } from './client-key.ts';
export { collectEligible, isOnlyFull, type PassedOver, type Standing, standings } from './eligible.ts';
export { keyHash } from './key-hash.ts';
export { MaglevTable } from './maglev-table.ts';
export { isKeyed, POLICIES } from './policies.ts';
export { strengthAt } from './slow-start.ts';
