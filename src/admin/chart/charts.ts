import type { AnyStateMachine } from 'xstate';
import {
  balancerMachine,
  circuitMachine,
  connectionMachine,
  healthCheckerMachine,
  nameMachine,
  shardMachine,
} from '../../../machines/index.ts';

/** Every chart of Sluice by its name, which is also the machine's id. */
export const CHARTS = {
  connection: connectionMachine,
  balancer: balancerMachine,
  'health-checker': healthCheckerMachine,
  name: nameMachine,
  circuit: circuitMachine,
  shard: shardMachine,
} as const satisfies Record<string, AnyStateMachine>;

export type ChartName = keyof typeof CHARTS;

export const CHART_NAMES = Object.keys(CHARTS) as readonly ChartName[];
