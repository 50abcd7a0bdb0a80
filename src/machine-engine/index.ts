export { childActor } from './child-actor.ts';
export { type CompiledLogic, compileMachine } from './compile-machine.ts';
export type { Counting } from './compile-table.ts';
export { countInterpreted } from './counted.ts';
export { type ChartTransition, transitionsOf } from './transitions.ts';
export { UnsupportedChart } from './unsupported-chart.ts';
