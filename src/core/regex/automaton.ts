import { RegexMistake } from './mistake.ts';
import { compileSteps, type Step } from './steps.ts';
import type { Regex } from './syntax.ts';

/** States of every automaton: nothing can match any more; something has matched. The first state is 0. */
export const DEAD = -1;
export const ACCEPTED = -2;

/** A few states are usual; a count behind `.*` makes more of them, doubled with each step. */
const STATES_MAX = 1000;

/** A deterministic automaton: for each state and byte the next state. Complete when it is made, so that it is only read. */
export interface Automaton {
  readonly states: number;
  next(state: number, byte: number): number;
}

/**
 * Makes the automaton that accepts as soon as the bytes so far match. Throws a RegexMistake where no byte is needed for
 * that, and where it would have more than STATES_MAX states.
 */
export function compileAutomaton(regex: Regex): Automaton {
  const { steps, first } = compileSteps(regex);
  const start = reached(steps, [first]);
  if (start === null) throw new RegexMistake('`regex` matches a client that has sent nothing');
  const { classOf, examples } = byteClasses(steps);
  const rows: Int16Array[] = [];
  const sets = [start];
  const known = new Map([[start.join(), 0]]);
  for (let state = 0; state < sets.length; state++) {
    const set = sets[state] as readonly number[];
    rows.push(Int16Array.from(examples, (byte) => stateAfter(set, byte)));
  }
  return {
    states: rows.length,
    next: (state, byte) => (rows[state] as Int16Array)[classOf[byte] as number] as number,
  };

  function stateAfter(set: readonly number[], byte: number): number {
    const next = reached(steps, successors(steps, set, byte));
    if (next === null) return ACCEPTED;
    if (next.length === 0) return DEAD;
    const key = next.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    if (sets.length === STATES_MAX) throw new RegexMistake('`regex` is too complicated: it counts too far');
    known.set(key, sets.length);
    return sets.push(next) - 1;
  }
}

function successors(steps: readonly Step[], set: readonly number[], byte: number): number[] {
  const next: number[] = [];
  for (const index of set) {
    const step = steps[index] as Step;
    if (step.kind === 'byte' && step.set[byte] === 1) next.push(step.next);
  }
  return next;
}

/** The steps that wait for a byte, reached from these without one, in ascending order; null where the end is reached. */
function reached(steps: readonly Step[], from: readonly number[]): readonly number[] | null {
  const seen = new Set<number>(from);
  const waiting: number[] = [];
  for (const index of seen) {
    const step = steps[index] as Step;
    if (step.kind === 'end') return null;
    if (step.kind === 'byte') waiting.push(index);
    else for (const next of step.next) seen.add(next);
  }
  return waiting.sort((a, b) => a - b);
}

/** Bytes that no step tells apart, numbered from 0, with one byte of each as an example. */
function byteClasses(steps: readonly Step[]): { classOf: Uint8Array; examples: number[] } {
  const sets = steps.flatMap((step) => (step.kind === 'byte' ? [step.set] : []));
  const classOf = new Uint8Array(256);
  const examples: number[] = [];
  const known = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const key = sets.map((set) => set[byte]).join('');
    const found = known.get(key) ?? examples.push(byte) - 1;
    known.set(key, found);
    classOf[byte] = found;
  }
  return { classOf, examples };
}
