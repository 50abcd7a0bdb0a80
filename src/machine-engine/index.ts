export { type CompiledLogic, compileMachine } from './compile-machine.ts';
export { UnsupportedChart } from './unsupported-chart.ts';
