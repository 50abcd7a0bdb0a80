/**
 * What the chart of one connection costs by XState's interpreter and compiled: CPU and memory, side by side in one run.
 * `node --expose-gc dist/bench/machine/main.js`. Other work on the machine moves both columns: read the ratio.
 */

import { median } from '../median.ts';
import { answer, EngineProcess } from './engine-process.ts';
import type { EngineName } from './engines.ts';
import type { Question } from './measure.ts';

const REPETITIONS_TO_WARM = 2;
const REPETITIONS = 9;
const MEMORY_REPETITIONS = 3;

type Figures = Record<EngineName, number>;

const [engine] = process.argv.slice(2);
if (engine === undefined) await compareEngines();
else answer(engine);

async function compareEngines(): Promise<void> {
  print('one connection', 'interpreter', 'compiled', 'ratio');
  printFigures('CPU of its life of 7 events, µs', await cpu(), 2);
  printFigures('heap while streaming, bytes', await memory('heap'), 0);
  printFigures('resident while streaming, bytes', await memory('resident'), 0);
}

/** The engines take turns, each in its process, so that both see the same machine. */
async function cpu(): Promise<Figures> {
  const processes = {
    interpreter: new EngineProcess('interpreter'),
    compiled: new EngineProcess('compiled'),
  };
  const samples: Record<EngineName, number[]> = { interpreter: [], compiled: [] };
  for (let i = 0; i < REPETITIONS_TO_WARM + REPETITIONS; i++) {
    for (const name of ['interpreter', 'compiled'] as const)
      samples[name].push(await processes[name].ask('cpu'));
  }
  for (const name of ['interpreter', 'compiled'] as const) processes[name].end();
  return {
    interpreter: median(samples.interpreter.slice(REPETITIONS_TO_WARM)),
    compiled: median(samples.compiled.slice(REPETITIONS_TO_WARM)),
  };
}

/** Each figure comes from a fresh process: memory that is given back stays resident. */
async function memory(question: Question): Promise<Figures> {
  const samples: Record<EngineName, number[]> = { interpreter: [], compiled: [] };
  for (let i = 0; i < MEMORY_REPETITIONS; i++) {
    for (const name of ['interpreter', 'compiled'] as const) {
      const fresh = new EngineProcess(name);
      samples[name].push(await fresh.ask(question));
      fresh.end();
    }
  }
  return { interpreter: median(samples.interpreter), compiled: median(samples.compiled) };
}

function printFigures(what: string, { interpreter, compiled }: Figures, digits: number): void {
  const ratio = `${(interpreter / compiled).toFixed(1)} ×`;
  print(what, interpreter.toFixed(digits), compiled.toFixed(digits), ratio);
}

function print(what: string, ...columns: readonly string[]): void {
  console.log(what.padEnd(34) + columns.map((column) => column.padStart(14)).join(''));
}
