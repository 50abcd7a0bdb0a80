export {
  type Backend,
  type Candidate,
  createPolicyState,
  type Policy,
  type PolicyState,
} from './candidate.ts';
export { collectEligible, passedOver } from './eligible.ts';
export { POLICIES } from './policies.ts';
