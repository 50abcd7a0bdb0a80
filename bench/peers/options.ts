import { parseArgs } from 'node:util';

export interface Options {
  /** Only what the budgets need, within a minute. */
  readonly quick: boolean;
  /** A budget that could not be measured counts as missed. */
  readonly strict: boolean;
  /** Where JSON and plots go. */
  readonly out: string;
  /** null: as many as the mode says. */
  readonly rounds: number | null;
  /** Another build's `main.js` to measure. null: the one of this checkout. */
  readonly sluice: string | null;
}

const ROUNDS_MAX = 100;

/** Throws with a message for the user where the command line makes no sense. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      out: { type: 'string', default: '.artifacts/bench/' },
      rounds: { type: 'string' },
      sluice: { type: 'string' },
    },
  });
  return {
    quick: values.quick,
    strict: values.strict,
    out: values.out,
    rounds: values.rounds === undefined ? null : parseRounds(values.rounds),
    sluice: values.sluice ?? null,
  };
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX)
    throw new Error(`--rounds takes a whole number from 1 to ${ROUNDS_MAX}, not ${text}`);
  return rounds;
}
