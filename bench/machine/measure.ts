import { ENGINES, type EngineName, streaming, wholeLife } from './engines.ts';

const LIVES_A_REPETITION = 50_000;
const LIVE_ACTORS = 10_000;
const LIVE_ACTORS_TO_WARM = 1_000;

/** What a process can be asked to measure of its engine. */
export type Question = 'cpu' | 'heap' | 'resident';

const MEASURES = {
  cpu: cpuOfALife,
  heap: (engine) => memoryOfAnActor(engine, 'heapUsed'),
  resident: (engine) => memoryOfAnActor(engine, 'rss'),
} satisfies Record<Question, (engine: EngineName) => number>;

/** Measures an engine in this process; needs `--expose-gc`. CPU in µs a connection, memory in bytes a live one. */
export function measure(engine: EngineName, question: Question): number {
  return MEASURES[question](engine);
}

function cpuOfALife(engine: EngineName): number {
  const logic = ENGINES[engine];
  const before = process.cpuUsage();
  for (let id = 0; id < LIVES_A_REPETITION; id++) wholeLife(logic, id);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / LIVES_A_REPETITION;
}

function memoryOfAnActor(engine: EngineName, kind: 'heapUsed' | 'rss'): number {
  const logic = ENGINES[engine];
  for (let id = 0; id < LIVE_ACTORS_TO_WARM; id++) streaming(logic, id);
  collectGarbage();
  const before = process.memoryUsage()[kind];
  const actors = Array.from({ length: LIVE_ACTORS }, (_, id) => streaming(logic, id));
  collectGarbage();
  return (process.memoryUsage()[kind] - before) / actors.length;
}

function collectGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('the bench needs `node --expose-gc`');
  for (let i = 0; i < 4; i++) gc();
}
