export {
  type BalancerContext,
  type BalancerEvent,
  type BalancerInput,
  type BalancerMember,
  balancerMachine,
} from './balancer.ts';
export {
  type CircuitContext,
  type CircuitEvent,
  type CircuitInput,
  circuitMachine,
} from './circuit.ts';
export {
  type ConnectionContext,
  type ConnectionEvent,
  type ConnectionInput,
  connectionMachine,
  type DialReason,
  type Refusal,
} from './connection.ts';
export {
  type HealthCheckerContext,
  type HealthCheckerEvent,
  type HealthCheckerInput,
  type HealthName,
  healthCheckerMachine,
} from './health-checker.ts';
export { type NameContext, type NameEvent, type NameInput, nameMachine } from './name.ts';
export {
  type ShardContext,
  type ShardEvent,
  type ShardInput,
  shardMachine,
} from './shard.ts';
